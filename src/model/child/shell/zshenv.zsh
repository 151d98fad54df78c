# Read by zsh as the first file of the user's own. ZDOTDIR leads it here, and does so again for
# .zshrc; in between it is what it was.

__mfaexec_directory=$ZDOTDIR
if [[ -n ${MFAEXEC_ZDOTDIR+set} ]]; then
    ZDOTDIR=$MFAEXEC_ZDOTDIR
    unset MFAEXEC_ZDOTDIR
else
    unset ZDOTDIR
fi
typeset +x MFAEXEC_RESTORE
# Terminals put a directory of their own there, whose files read the user's. Programs in between may
# hand it on without the variable that leads back (microsoft/vscode#157128).
if [[ -n ${ZDOTDIR-} && -r $ZDOTDIR/.zshenv && "$(<$ZDOTDIR/.zshenv)" == *VSCODE_ZDOTDIR=* ]]; then
    if [[ -z ${USER_ZDOTDIR-} || $USER_ZDOTDIR == $ZDOTDIR ]]; then
        USER_ZDOTDIR=$HOME
    fi
fi
if [[ -r ${ZDOTDIR:-$HOME}/.zshenv ]]; then
    source "${ZDOTDIR:-$HOME}/.zshenv"
fi
# Where that has put it, and whether programs see it: "scalar-export".
__mfaexec_own_directory=${ZDOTDIR-}
__mfaexec_own_type=${(t)ZDOTDIR-}
ZDOTDIR=$__mfaexec_directory
if [[ ! -o interactive || ! -o rcs ]]; then
    # It will not come there by itself.
    source "$__mfaexec_directory/.zshrc"
fi
