autocmd BufRead,BufNewFile *.rec setfiletype recurrence
