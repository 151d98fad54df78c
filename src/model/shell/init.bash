# Read by bash in place of ~/.bashrc, which comes first, just as it is. What the session wants to be
# set comes after it, and a sign of the session at the beginning of the prompt.

# Defined before there are aliases.

# Before each prompt: take over a renewed session, tell its end, change the sign. A renewed PS1 gets
# it behind the empty lines that it begins with.
__mfaexec_precmd() {
    local __mfaexec_status=$? __mfaexec_before=$__mfaexec_segment __mfaexec_head='' __mfaexec_rest
    # A trace would show the session's secrets.
    local __mfaexec_options=$-
    { set +x; } 2>/dev/null
    eval "$("$__mfaexec_program" shell-hook bash "$__mfaexec_told" "$__mfaexec_renew")"
    if [[ -n $__mfaexec_prompt ]]; then
        __mfaexec_rest=${PS1-}
        if [[ -n $__mfaexec_before && $__mfaexec_rest == *"$__mfaexec_before"* ]]; then
            __mfaexec_head=${__mfaexec_rest%%"$__mfaexec_before"*}
            __mfaexec_rest=${__mfaexec_rest#*"$__mfaexec_before"}
        fi
        while [[ -z $__mfaexec_head || $__mfaexec_head == *$'\n' || $__mfaexec_head == *'\n' ]]; do
            case $__mfaexec_rest in
                $'\n'*) __mfaexec_head+=$'\n' __mfaexec_rest=${__mfaexec_rest#$'\n'} ;;
                '\n'*) __mfaexec_head+='\n' __mfaexec_rest=${__mfaexec_rest#'\n'} ;;
                *) break ;;
            esac
        done
        PS1=$__mfaexec_head$__mfaexec_segment$__mfaexec_rest
    fi
    [[ $__mfaexec_options != *x* ]] || set -x
    return "$__mfaexec_status"
}

__mfaexec_begin() {
    local __mfaexec_options=$-
    { set +x; } 2>/dev/null
    eval "$MFAEXEC_RESTORE"
    unset MFAEXEC_RESTORE
    [[ $__mfaexec_options != *x* ]] || set -x
    __mfaexec_told='' __mfaexec_segment=''
    if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)); then
        PROMPT_COMMAND+=(__mfaexec_precmd)
    else
        PROMPT_COMMAND=${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}__mfaexec_precmd
    fi
    unset -f __mfaexec_begin
}

export -n MFAEXEC_RESTORE
if [ -r ~/.bashrc ]; then
    . ~/.bashrc
fi
__mfaexec_begin
