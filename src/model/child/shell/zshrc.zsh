# Read by zsh in place of the user's .zshrc, which is read from here, just as it is. What the session
# wants to be set comes after it, and a sign of the session on the last line of the prompt.
#
# All of it is defined before there are aliases of the user's, and done at the first prompt, so that
# a .zshrc which breaks off changes nothing.

typeset -g __mfaexec_program='' __mfaexec_renew='' __mfaexec_name='' __mfaexec_prompt=''
typeset -g __mfaexec_told='' __mfaexec_segment=''

# Before each prompt: take over a renewed session, tell its end, change the sign.
__mfaexec_precmd() {
    emulate -L zsh
    # A trace would show the session's secrets.
    unsetopt xtrace
    __mfaexec_restore
    if [[ -x $__mfaexec_program ]]; then
        eval "$("$__mfaexec_program" shell-hook zsh "$__mfaexec_told" "$__mfaexec_renew" "$__mfaexec_name")"
    else
        __mfaexec_segment='%{%}%{%}(mfaexec is gone) %{%}%{%}'
    fi
    [[ -z $__mfaexec_prompt ]] || __mfaexec_sign
    return 0
}

__mfaexec_restore() {
    emulate -L zsh
    unsetopt xtrace
    if [[ -n ${MFAEXEC_RESTORE-} ]]; then
        eval "\\unset MFAEXEC_RESTORE; $MFAEXEC_RESTORE"
    fi
}

# A sign stands between marks that are as wide as nothing, and so is found wherever PROMPT was
# meanwhile.
__mfaexec_sign() {
    local mark='%{%}%{%}' head='' rest=$PROMPT
    while [[ $rest == *"$mark"*"$mark"* ]]; do
        head=${rest%%"$mark"*}
        rest=${rest#*"$mark"}
        rest=$head${rest#*"$mark"}
    done
    head=''
    if [[ $rest == *$'\n'* ]]; then
        head=${rest%$'\n'*}$'\n'
        rest=${rest##*$'\n'}
    fi
    # The line's end may be one of a command's.
    if [[ $head == *'$('* || $head == *'${'* || $head == *'`'* ]]; then
        rest=$head$rest
        head=''
    fi
    PROMPT=$head$__mfaexec_segment$rest
}

__mfaexec_install() {
    emulate -L zsh
    typeset -ga precmd_functions
    precmd_functions=(${precmd_functions:#__mfaexec_precmd} __mfaexec_precmd)
}

if [[ -n $__mfaexec_own_type ]]; then
    ZDOTDIR=$__mfaexec_own_directory
    if [[ $__mfaexec_own_type != *export* ]]; then
        typeset +x ZDOTDIR
    fi
else
    unset ZDOTDIR
fi
# A file for all users may have put the history where ZDOTDIR led, and Terminal.app of macOS also what
# it keeps of a session (/etc/zshrc_Apple_Terminal, SHELL_SESSION_DIR and more).
__mfaexec_move_files() {
    emulate -L zsh
    local from=$1 to=${ZDOTDIR:-$HOME} name
    for name in HISTFILE ${(k)parameters[(I)SHELL_SESSION_*]}; do
        if [[ ${(P)name-} == $from/* ]]; then
            : ${(P)name::=$to${${(P)name}#$from}}
        fi
    done
    if [[ -n ${SHELL_SESSION_DIR-} && ! -e $SHELL_SESSION_DIR ]]; then
        command mkdir -m 700 -p -- "$SHELL_SESSION_DIR"
    fi
    # The one that was made for nothing.
    if [[ -d $from/.zsh_sessions ]]; then
        command rmdir -- $from/.zsh_sessions 2>/dev/null
    fi
}
__mfaexec_move_files $__mfaexec_directory
unset -f __mfaexec_move_files
unset __mfaexec_directory __mfaexec_own_directory __mfaexec_own_type
# The .zshrc of a terminal reads the user's. VS Code's does so only where it is told, and not twice;
# what it has left in the environment is about another shell.
__mfaexec_terminal=''
if [[ -n ${USER_ZDOTDIR-} && ${ZDOTDIR:-$USER_ZDOTDIR} != $USER_ZDOTDIR && -r $ZDOTDIR/.zshrc ]]; then
    if [[ "$(<$ZDOTDIR/.zshrc)" == *USER_ZDOTDIR* ]]; then
        __mfaexec_terminal=$ZDOTDIR
        unset VSCODE_SHELL_INTEGRATION
        if [[ -z ${VSCODE_INJECTION-} ]]; then
            typeset -g VSCODE_INJECTION=1
            __mfaexec_injection=mine
        fi
    fi
fi
__mfaexec_install
if [[ -o interactive && -o rcs && -r ${ZDOTDIR:-$HOME}/.zshrc ]]; then
    source "${ZDOTDIR:-$HOME}/.zshrc"
fi
if [[ -n $__mfaexec_terminal ]]; then
    if [[ ${ZDOTDIR-} == $__mfaexec_terminal ]]; then
        ZDOTDIR=$USER_ZDOTDIR
    fi
    if [[ -n ${__mfaexec_injection-} ]]; then
        unset VSCODE_INJECTION
    fi
fi
unset __mfaexec_terminal __mfaexec_injection
__mfaexec_install
[[ -o interactive ]] || __mfaexec_restore
