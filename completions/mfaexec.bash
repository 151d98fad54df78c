# bash completion for mfaexec.
#
# Works with bash 3.2 and later. After -- it uses bash-completion if that is loaded.

# Completes the current word: up to -- it asks mfaexec, after it the command's own completion.
_mfaexec() {
    # bash splits words at COMP_WORDBREAKS (--profile=x, a:b). Here they are put together again:
    # pieces without a blank between them are one word.
    local line=${COMP_LINE:0:COMP_POINT} rest words i n=-1
    words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        rest=${line#"${line%%[![:space:]]*}"}
        if ((i == 0)) || [[ $rest != "$line" ]]; then
            if ((n > 0)) && [[ ${words[n]} == -- ]]; then
                _mfaexec_hand_over "$i" "${COMP_LINE:COMP_POINT-${#rest}}" "${#rest}" "$2" "$3"
                return
            fi
            n=$((n + 1)) words[n]=
        fi
        if ((i == COMP_CWORD)); then
            words[n]+=$rest
        else
            words[n]+=${COMP_WORDS[i]}
            line=${rest#"${COMP_WORDS[i]}"}
        fi
    done

    # Readline replaces only the last piece, $2, of the last word. What stands before it (--profile=,
    # or a quote) is no part of the candidates. With the cursor just behind a piece, $2 may be that.
    local plain quote before raw=${words[n]}
    for ((i = 0; i <= n; i++)); do
        _mfaexec_unquote "${words[i]}"
        words[i]=$plain
    done
    local open=$quote
    _mfaexec_unquote "${raw%"$2"}"
    before=$plain

    local candidate meaning width=0 meanings
    meanings=()
    COMPREPLY=()
    while IFS=$'\t' read -r candidate meaning; do
        [[ $candidate == "$before"* ]] || continue
        candidate=${candidate#"$before"}
        # Of thousands of names, few need it.
        if [[ ! $open && $candidate == *[!a-zA-Z0-9_./:=@%+-]* ]]; then
            printf -v candidate %q "$candidate"
        fi
        COMPREPLY+=("$candidate") meanings+=("$meaning")
    done < <(MFAEXEC_COMPLETE=bash command mfaexec -- "${words[@]}" 2>/dev/null)

    # bash before 4.4 sorts what it shows.
    type compopt &>/dev/null && compopt -o nosort 2>/dev/null
    if ((${#COMPREPLY[@]} == 1)); then
        [[ ${COMPREPLY[0]} == */ ]] && type compopt &>/dev/null && compopt -o nospace
        return
    fi
    # Where bash shows a list, and inserts at most what all of it begins with, it can show meanings.
    case ${COMP_TYPE-} in
        33 | 63 | 64)
            for candidate in "${COMPREPLY[@]}"; do
                ((${#candidate} > width)) && width=${#candidate}
            done
            for i in "${!COMPREPLY[@]}"; do
                [[ ${meanings[i]} ]] || continue
                printf -v candidate "%-${width}s  (%s)" "${COMPREPLY[i]}" "${meanings[i]}"
                COMPREPLY[i]=$candidate
            done
            ;;
    esac
}

# Sets `plain` to a word without its quotes, `quote` to one that is still open. The word is never
# evaluated: it could have a command substitution in it.
_mfaexec_unquote() {
    local word=$1 char
    plain= quote=
    while [[ $word ]]; do
        char=${word:0:1} word=${word:1}
        case $quote$char in
            \\ | \"\\) plain+=${word:0:1} word=${word:1} ;;
            \' | \") quote=$char ;;
            \'\' | \"\") quote= ;;
            *) plain+=$char ;;
        esac
    done
}

# Completes the command after --: the index of its first word, the line from there on, where the
# cursor is in it, the current word and the one before.
_mfaexec_hand_over() {
    local first=$1 line=$2 point=$3 current=$4 previous=$5
    local name=${COMP_WORDS[first]##*/} spec=
    COMPREPLY=()
    if ((first < COMP_CWORD)); then
        if declare -F _comp_load >/dev/null; then
            complete -p "$name" &>/dev/null || _comp_load -- "$name"
        elif declare -F _completion_loader >/dev/null; then
            complete -p "$name" &>/dev/null || _completion_loader "$name"
        fi
        spec=$(complete -p "$name" 2>/dev/null)
    fi
    # A program as completer, as aws has: bash-completion would tell it the wrong line.
    if [[ $spec == *' -C '* ]]; then
        local program=
        eval "set -- $spec"
        while (($# > 1)); do
            [[ $1 == -C ]] && program=$2
            shift
        done
        local IFS=$'\n'
        COMPREPLY=($(COMP_LINE=$line COMP_POINT=$point COMP_TYPE=$COMP_TYPE COMP_KEY=$COMP_KEY \
            eval "$program \"\$name\" \"\$current\" \"\$previous\"" 2>/dev/null))
    elif declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$first"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$first"
    else
        type compopt &>/dev/null && compopt -o filenames
        local candidate kind=-f
        ((first < COMP_CWORD)) || kind=-c
        while IFS= read -r candidate; do
            COMPREPLY+=("$candidate")
        done < <(compgen "$kind" -- "$current")
    fi
}

complete -F _mfaexec mfaexec
