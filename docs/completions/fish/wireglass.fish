# Completion for fish. The program itself says what may follow on the command line.
_WIREGLASS_COMPLETE=fish_source wireglass | source
