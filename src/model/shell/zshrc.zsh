# Read by zsh in place of the user's .zshrc, which comes first, just as it is. What the session wants
# to be set comes after it, and a sign of the session at the beginning of the prompt.

# Defined before there are aliases.

# Before each prompt: take over a renewed session, tell its end, change the sign. A renewed PROMPT
# gets it behind the empty lines that it begins with.
__mfaexec_precmd() {
    local __mfaexec_status=$? __mfaexec_before=$__mfaexec_segment __mfaexec_head='' __mfaexec_rest
    emulate -L zsh
    # A trace would show the session's secrets.
    unsetopt xtrace
    eval "$("$__mfaexec_program" shell-hook zsh "$__mfaexec_told" "$__mfaexec_renew")"
    if [[ -n $__mfaexec_prompt ]]; then
        __mfaexec_rest=$PROMPT
        if [[ -n $__mfaexec_before && $__mfaexec_rest == *"$__mfaexec_before"* ]]; then
            __mfaexec_head=${__mfaexec_rest%%"$__mfaexec_before"*}
            __mfaexec_rest=${__mfaexec_rest#*"$__mfaexec_before"}
        fi
        while [[ $__mfaexec_rest == $'\n'* && ( -z $__mfaexec_head || $__mfaexec_head == *$'\n' ) ]]; do
            __mfaexec_head+=$'\n'
            __mfaexec_rest=${__mfaexec_rest#$'\n'}
        done
        PROMPT=$__mfaexec_head$__mfaexec_segment$__mfaexec_rest
    fi
    return $__mfaexec_status
}

__mfaexec_begin() {
    emulate -L zsh
    unsetopt xtrace
    eval "$MFAEXEC_RESTORE"
    unset MFAEXEC_RESTORE
    typeset -g __mfaexec_told='' __mfaexec_segment=''
    typeset -ga precmd_functions
    precmd_functions+=(__mfaexec_precmd)
    unfunction __mfaexec_begin
}

typeset +x MFAEXEC_RESTORE
if [[ -n $__mfaexec_own_type ]]; then
    ZDOTDIR=$__mfaexec_own_directory
    if [[ $__mfaexec_own_type != *export* ]]; then
        typeset +x ZDOTDIR
    fi
else
    unset ZDOTDIR
fi
# A file for all users may have put the history where ZDOTDIR led.
if [[ ${HISTFILE-} == $__mfaexec_directory/* ]]; then
    HISTFILE=${ZDOTDIR:-$HOME}/${HISTFILE:t}
fi
unset __mfaexec_directory __mfaexec_own_directory __mfaexec_own_type
if [[ -r ${ZDOTDIR:-$HOME}/.zshrc ]]; then
    source "${ZDOTDIR:-$HOME}/.zshrc"
fi
__mfaexec_begin
