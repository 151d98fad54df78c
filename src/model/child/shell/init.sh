# Read by a POSIX shell in place of the file that ENV names, which comes first, just as it is. What
# the session wants to be set comes after it, and a sign of the session in front of the prompt.

__mfaexec_program='' __mfaexec_renew='' __mfaexec_name='' __mfaexec_prompt=''
__mfaexec_told='' __mfaexec_segment='' __mfaexec_nothing=x

# A session that this has renewed is the shell's from now on. There is nothing that such a shell does
# before each prompt, but to expand it, and what happens there stays there.
mfaexec() {
    "$__mfaexec_program" "$@"
    __mfaexec_status=$?
    __mfaexec_ask "$__mfaexec_told"
    return "$__mfaexec_status"
}

# Asks what has become of the session. A trace would show its secrets.
__mfaexec_ask() {
    __mfaexec_options=$-
    { set +xv; } 2>/dev/null
    if [ -n "$__mfaexec_restore" ]; then
        eval "__mfaexec_restore=; $__mfaexec_restore"
    fi
    if [ -x "$__mfaexec_program" ]; then
        eval "$("$__mfaexec_program" shell-hook sh "$1" "$__mfaexec_renew" "$__mfaexec_name")"
    else
        __mfaexec_segment='(mfaexec is gone) '
    fi
    case $__mfaexec_options in *v*) set -v ;; esac
    case $__mfaexec_options in *x*) set -x ;; esac
}

# Run in the prompt: tells the end of the session, prints the sign.
__mfaexec_show() {
    __mfaexec_status=$?
    { set +xv; } 2>/dev/null
    __mfaexec_ask "$__mfaexec_told"
    printf %s "$__mfaexec_segment"
    return "$__mfaexec_status"
}

# Run in the prompt: prints what was told.
__mfaexec_ended() {
    __mfaexec_status=$?
    { set +xv; } 2>/dev/null
    __mfaexec_ask '' 2>/dev/null
    printf %s "$__mfaexec_told"
    return "$__mfaexec_status"
}

__mfaexec_begin() {
    # An exported prompt would be one of shells that do not know these functions.
    __mfaexec_ps1=${PS1-}
    unset PS1
    PS1=$__mfaexec_ps1
    # What there is to tell is told by the first prompt, and once.
    __mfaexec_ask '' 2>/dev/null
    __mfaexec_told=
    if [ -n "$__mfaexec_prompt" ]; then
        # The second half expands to nothing. On the way it remembers what was told, in the only way
        # in which an expansion changes a variable.
        __mfaexec_sign='$(__mfaexec_show)${__mfaexec_nothing#[x${__mfaexec_told:=$(__mfaexec_ended)}]}'
        PS1=$__mfaexec_sign${__mfaexec_ps1#"$__mfaexec_sign"}
    fi
    unset -f __mfaexec_begin
}

__mfaexec_restore=${MFAEXEC_RESTORE-}
unset MFAEXEC_RESTORE
if [ -n "${MFAEXEC_ENV+set}" ]; then
    ENV=$MFAEXEC_ENV
    unset MFAEXEC_ENV
    # The shell would have expanded it as well.
    eval "__mfaexec_file=\"$ENV\""
    if [ -r "$__mfaexec_file" ]; then
        case $__mfaexec_file in
            */*) . "$__mfaexec_file" ;;
            *) . "./$__mfaexec_file" ;;
        esac
    fi
    unset __mfaexec_file
else
    unset ENV
fi
__mfaexec_begin
