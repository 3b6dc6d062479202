" Nets as texts, and derivations of them (docs/language.md).
if exists("b:current_syntax")
    finish
endif

syntax match recurrenceNumber "\v<\d+(\.\d+)?([eE][-+]?\d+)?>"
syntax match recurrenceFunction "\v<\h\w*\ze\("
syntax match recurrenceMember "\v<\h\w*\ze(\([-+ ]*([tsrqTSRQ]|\d)[^()]*\)|\[[-+ ]*([tsrqTSRQ]|\d)[^][]*\])"
syntax match recurrenceStep "\v[(\[][-+ ]*([tsrqTSRQ]|\d)([-+=. ]|\w)*[)\]]" contains=recurrenceNumber
syntax match recurrenceSize "\v<\h\w*\ze\s*:\=@!"
syntax match recurrenceRange "\v<[tsrq]\s*\=\s*[-0-9TSRQ].*$" contains=recurrenceNumber,recurrenceRemark
syntax match recurrenceOperator "\v[-+*/'^|=:;]|<o>"
syntax keyword recurrenceKeyword given trainable mean sum each
syntax match recurrenceHeading "\v^\s*(forward|backward|gradients)>"
syntax match recurrenceRemark "#.*$"

highlight default link recurrenceNumber Number
highlight default link recurrenceFunction Function
highlight default link recurrenceMember Identifier
highlight default link recurrenceStep Special
highlight default link recurrenceSize Type
highlight default link recurrenceRange Special
highlight default link recurrenceOperator Operator
highlight default link recurrenceKeyword Keyword
highlight default link recurrenceHeading Title
highlight default link recurrenceRemark Comment

let b:current_syntax = "recurrence"
