# What Doxygen reads of a header in place of it, line for line.

# What is defaulted or deleted needs no words, unless the line before has some: it is left out.
/= (default|delete);$/ {
    G
    /\n *\/\/\/[^@]/ !s/.*\n/\n/
    s/\n.*//
}
h

# The sign of a group is a comment by itself, so that the first sentence below it is the summary.
s|^( *)///@([{}])$|\1/**@\2*/|

# `T a, b;  ///< what they are` is `T a; /**< what they are */ T b;  ///< what they are`: each gets the words.
:next
s|([A-Za-z:<> ]+) ([A-Za-z_{}]+), ([A-Za-z_{}, ]+);( +)///< (.*)$|\1 \2; /**< \5 */ \1 \3;\4///< \5|
t next

# A word at the beginning of a sentence is not the type of that name: "Columns of a table" is no link to `Columns`.
s|^( */// )([A-Z][a-z]+ )|\1%\2|

# "et al. 2014" ends no sentence.
s|( */// .*et al\.) |\1\\ |g
