# fish completion for mfaexec.

# Candidates for the current word: up to -- from mfaexec, after it from the command's own completion.
function __mfaexec_candidates
    set -l words (commandline --current-process --tokenize --cut-at-cursor)
    set -l current (commandline --current-token --cut-at-cursor)
    if set -l dashes (contains --index -- -- $words)
        set -l command (string escape -- $words[(math $dashes + 1)..-1])
        complete --do-complete (string join -- ' ' $command $current)
    else
        MFAEXEC_COMPLETE=fish command mfaexec -- $words (string unescape -- $current; or echo $current)
    end
end

complete --command mfaexec --no-files --keep-order --arguments '(__mfaexec_candidates)'
