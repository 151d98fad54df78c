# Nushell completion for mfaexec. Belongs into a directory of $nu.user-autoload-dirs.
#
# Nushell has one completer for all external commands. This one answers for mfaexec, and leaves other
# commands, also the one after --, to the completer that was there before.

$env.config.completions.external.completer = do {|before|
    # Without an answer, Nushell offers the names of files.
    let others = {|spans| if $before != null { do $before $spans } }
    # Nushell gives the words as they were typed, with their quotes.
    let unquoted = {|word|
        let quote = $word | str substring 0..0
        if $quote in ["'" '"' '`'] { $word | str trim --char $quote } else { $word }
    }
    {|spans|
        if ($spans | first) != mfaexec { return (do $others $spans) }
        let typed = $spans | drop | enumerate | where item == '--'
        if ($typed | is-not-empty) {
            let command = $spans | skip (($typed | first).index + 1)
            return (if ($command | length) > 1 { do $others $command })
        }
        let words = $spans | each $unquoted
        with-env { MFAEXEC_COMPLETE: nu } { ^mfaexec -- ...$words | complete }
        | get stdout | lines | parse --regex '^(?<value>[^\t]*)\t?(?<description>.*)$'
        | update value {|line| if $line.value =~ '[^\w@%+=:,./-]' { $line.value | to nuon } else { $line.value } }
    }
} $env.config.completions.external?.completer?
