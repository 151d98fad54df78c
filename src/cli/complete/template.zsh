#compdef {{COMMAND}}
# zsh completion for {{COMMAND}}. {{NOTE}}
#
# Belongs into a directory of $fpath, under the name _{{COMMAND}}.

# Completes the current word: up to -- it asks {{PROGRAM}}, after it the command's own completion.
_{{COMMAND}}() {
    local -i i
    for (( i = 2; i < CURRENT; i++ )); do
        if [[ $words[i] == -- ]]; then
            shift $i words
            (( CURRENT -= i ))
            _normal
            return
        fi
    done

    local -a before answers values
    local answer value
    before=("${(@Q)words[1,CURRENT-1]}")
    answers=("${(@f)$({{VARIABLE}}=zsh command {{PROGRAM}} -- "${before[@]}" "${(Q)PREFIX}" 2>/dev/null)}")
    for answer in $answers; do
        # _describe wants value:meaning.
        value=${${${answer%%$'\t'*}//\\/\\\\}//:/\\:}
        if [[ $answer == *$'\t'* ]]; then
            value+=:${answer#*$'\t'}
        fi
        values+=("$value")
    done
    _describe -V '{{COMMAND}}' values
}

if [[ $funcstack[1] == _{{COMMAND}} ]]; then
    _{{COMMAND}} "$@"
else
    compdef _{{COMMAND}} {{COMMAND}}
fi
