# Run by fish when the user's own files are done: what the session wants to be set, and a sign of it
# on the last line of the prompt. Universal variables are the user's in all shells, and are let alone.

function __mfaexec_begin
    # A trace would show the session's secrets.
    set -l fish_trace
    printf %s "$MFAEXEC_RESTORE" | source
end

set -g __mfaexec_told ''
set -g __mfaexec_segment ''
__mfaexec_begin
set -e MFAEXEC_RESTORE

# Before each prompt: take over a renewed session, tell its end, change the sign.
function __mfaexec_precmd --on-event fish_prompt
    set -l fish_trace
    if test -x "$__mfaexec_program"
        command $__mfaexec_program shell-hook fish "$__mfaexec_told" "$__mfaexec_renew" "$__mfaexec_name" | source
    else
        set -g __mfaexec_segment '(mfaexec is gone) '
    end
    if test -n "$__mfaexec_prompt"
        __mfaexec_wrap
    end
end

# Puts the sign into the prompt, unless it is there and nobody has changed the prompt since.
function __mfaexec_wrap
    if not functions -q fish_prompt; or functions fish_prompt | string match -q '*__mfaexec_own_prompt*'
        return
    end
    functions -e __mfaexec_own_prompt
    functions -c fish_prompt __mfaexec_own_prompt
    __mfaexec_define
end

function __mfaexec_define
    # The user's prompt comes first, as it may show the status of the last command.
    function fish_prompt
        set -l lines (__mfaexec_own_prompt)
        if test (count $lines) -eq 0
            set lines ''
        end
        set lines[-1] "$__mfaexec_segment$lines[-1]"
        string join \n -- $lines
    end
end
