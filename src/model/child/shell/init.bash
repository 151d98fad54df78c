# Read by bash in place of ~/.bashrc, which is read from here, just as it is. What the session wants
# to be set comes after it, and a sign of the session on the last line of the prompt.
#
# All of it is defined before there are aliases and options of the user's, and done at the first
# prompt, so that a ~/.bashrc which breaks off changes nothing.

__mfaexec_program='' __mfaexec_renew='' __mfaexec_name='' __mfaexec_prompt=''
__mfaexec_told='' __mfaexec_segment='' __mfaexec_options=''

# A trace, an echo of what is read or a trap would show the session's secrets. A trap is one of this
# function as well, but not of the next.
__mfaexec_precmd() {
    { __mfaexec_quiet; } 2>/dev/null
    __mfaexec_refresh
    __mfaexec_loud
}

# Before each prompt: take over a renewed session, tell its end, change the sign.
__mfaexec_refresh() {
    if [[ -n ${MFAEXEC_RESTORE-} ]]; then
        eval "\\unset MFAEXEC_RESTORE; $MFAEXEC_RESTORE"
    fi
    if [[ -x $__mfaexec_program ]]; then
        eval "$("$__mfaexec_program" shell-hook bash "$__mfaexec_told" "$__mfaexec_renew" "$__mfaexec_name")"
    else
        __mfaexec_segment='\[\]\[\](mfaexec is gone) \[\]\[\]'
    fi
    [[ -z $__mfaexec_prompt ]] || __mfaexec_sign
}

__mfaexec_quiet() {
    __mfaexec_options=$-
    set +xvkT
}

__mfaexec_loud() {
    [[ $__mfaexec_options != *T* ]] || set -T
    [[ $__mfaexec_options != *k* ]] || set -k
    [[ $__mfaexec_options != *v* ]] || set -v
    [[ $__mfaexec_options != *x* ]] || set -x
}

# A sign stands between marks that are as wide as nothing, and so is found wherever PS1 was meanwhile.
__mfaexec_sign() {
    local mark='\[\]\[\]' head='' rest=${PS1-}
    while [[ $rest == *"$mark"*"$mark"* ]]; do
        head=${rest%%"$mark"*}
        rest=${rest#*"$mark"}
        rest=$head${rest#*"$mark"}
    done
    head=${rest%'\n'*}
    [[ $head == "$rest" ]] && head='' || head+='\n'
    rest=${rest#"$head"}
    case $rest in
        *$'\n'*) head+=${rest%$'\n'*}$'\n' rest=${rest##*$'\n'} ;;
    esac
    # The line's end may be one of a command's.
    case $head in
        *'$('* | *'${'* | *'`'*) rest=$head$rest head='' ;;
    esac
    PS1=$head$__mfaexec_segment$rest
}

# Behind all that users put there. Whoever sets the variable as if it were no array sets the first.
__mfaexec_install() {
    if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)); then
        PROMPT_COMMAND[1000]=__mfaexec_precmd
    elif [[ ${PROMPT_COMMAND-} != *__mfaexec_precmd ]]; then
        PROMPT_COMMAND=${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}__mfaexec_precmd
    fi
}

export -n MFAEXEC_RESTORE
__mfaexec_install
if [ -r ~/.bashrc ]; then
    . ~/.bashrc
fi
__mfaexec_install
