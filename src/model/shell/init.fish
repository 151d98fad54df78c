# Run by fish when the user's own files are done: what the session wants to be set, and a sign of it
# at the beginning of the prompt.

function __mfaexec_begin
    # A trace would show the session's secrets.
    set -l fish_trace
    printf %s "$MFAEXEC_RESTORE" | source
end
__mfaexec_begin
functions -e __mfaexec_begin
set -e MFAEXEC_RESTORE
set -g __mfaexec_told ''
set -g __mfaexec_segment ''

# Before each prompt: take over a renewed session, tell its end, change the sign.
function __mfaexec_precmd --on-event fish_prompt
    set -l fish_trace
    command $__mfaexec_program shell-hook fish "$__mfaexec_told" "$__mfaexec_renew" | source
end

if test -n "$__mfaexec_prompt"; and functions -q fish_prompt
    functions -c fish_prompt __mfaexec_own_prompt
    # The user's prompt comes first, as it may show the status of the last command. The sign stands
    # behind the empty lines that it begins with.
    function fish_prompt
        set -l lines (__mfaexec_own_prompt)
        set -l at 1
        while test $at -lt (count $lines); and test -z "$lines[$at]"
            set at (math $at + 1)
        end
        set lines[$at] "$__mfaexec_segment$lines[$at]"
        string join \n -- $lines
    end
end
