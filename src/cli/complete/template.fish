# fish completion for {{COMMAND}}. {{NOTE}}

# Candidates for the current word: up to -- from {{PROGRAM}}, after it from the command's own completion.
function __{{COMMAND}}_candidates
    set -l words (commandline --current-process --tokenize --cut-at-cursor)
    set -l current (commandline --current-token --cut-at-cursor)
    if set -l dashes (contains --index -- -- $words)
        set -l command (string escape -- $words[(math $dashes + 1)..-1])
        complete --do-complete (string join -- ' ' $command $current)
    else
        {{VARIABLE}}=fish command {{PROGRAM}} -- $words (string unescape -- $current; or echo $current)
    end
end

complete --command {{COMMAND}} --no-files --keep-order --arguments '(__{{COMMAND}}_candidates)'
