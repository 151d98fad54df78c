# Run by Nushell when the user's own files are done: what the session wants to be set, and a sign of
# it on the last line of the prompt.

# A record, which no command inherits.
$env.__mfaexec = ($env.MFAEXEC_RESTORE | from json)
hide-env MFAEXEC_RESTORE
hide-env --ignore-errors ...$env.__mfaexec.unset
hide-env --ignore-errors ...($env | columns | where {|name| $name starts-with "AWS_BEARER_TOKEN_" })
load-env $env.__mfaexec.set
$env.__mfaexec = ($env.__mfaexec.own | merge { told: "", segment: "" })

# Before each prompt: take over a renewed session, tell its end, change the sign.
$env.config.hooks.pre_prompt = ($env.config.hooks.pre_prompt? | default [] | append {||
    let mine = $env.__mfaexec
    if ($mine.program | path exists) {
        let news = (^$mine.program shell-hook nu $mine.told $mine.renew $mine.name | from json)
        if $news != null {
            hide-env --ignore-errors ...$news.unset
            load-env $news.set
            $env.__mfaexec = ($mine | merge $news.own)
        }
    } else {
        $env.__mfaexec.segment = "(mfaexec is gone) "
    }
})

if $env.__mfaexec.prompt == "yes" {
    let own = $env.PROMPT_COMMAND?
    $env.PROMPT_COMMAND = {||
        let text = if ($own | describe) == "closure" { do $own } else { $own }
        let lines = ($"($text)" | split row "\n")
        let last = $"($env.__mfaexec.segment)($lines | last)"
        $lines | drop 1 | append $last | str join "\n"
    }
}
