//! Makes foreign text printable: what STS, a config file or another program wrote may carry
//! escape sequences, line breaks or characters that turn the reading direction round.

/// Returns `text` with every character that could move a cursor, start an escape sequence, break
/// a line or reorder what is beside it written as an escape (`\n`, `\u{1b}`).
///
/// Unicode's bidirectional controls are on the list because they can make a terminal show
/// something other than what is there (CVE-2021-42574).
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_harmless(c) {
            out.push(c);
        } else {
            out.extend(c.escape_default());
        }
    }
    out
}

fn is_harmless(c: char) -> bool {
    let hidden = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' // zero width, marks
        | '\u{2028}'..='\u{202e}' // line and paragraph separators, embeddings, overrides
        | '\u{2060}'..='\u{206f}' // joiners, isolates
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' // tags
    );
    !c.is_control() && !hidden
}

/// Whether no one can see that `c` is there, or tell it from a blank: what comes along when text is
/// copied from a web page.
pub(crate) fn is_unseen(c: char) -> bool {
    let blank = matches!(c,
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' // fillers
        | '\u{180b}'..='\u{180f}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' // variants of what is before them
    );
    !c.is_ascii() && (blank || c.is_whitespace() || !is_harmless(c))
}

/// The characters of `text` that no one sees, each once, as `U+200B`.
pub(crate) fn unseen(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut found: Vec<char> = text.chars().filter(|c| is_unseen(*c)).collect();
    found.sort_unstable();
    found.dedup();
    let points = found.iter().map(|c| format!("U+{:04X}", u32::from(*c)));
    let points: Vec<String> = points.collect();
    (!points.is_empty()).then(|| points.join(" and "))
}

/// A command line of these words, to be copied into a shell: what the shell would take for more than
/// text is quoted, and what could not be copied is written as an escape (`$'\n'`, which bash, zsh and
/// ksh read).
pub(crate) fn shell_line<W: AsRef<str>>(words: impl IntoIterator<Item = W>) -> String {
    let words = words.into_iter().map(|word| shell_word(word.as_ref()));
    words.collect::<Vec<_>>().join(" ")
}

/// One word of such a line.
pub(crate) fn shell_word(word: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"_-+./:@,=".contains(&b);
    // zsh takes `=ls` for the path of ls.
    if !word.is_empty() && !word.starts_with('=') && word.bytes().all(is_plain) {
        return word.to_owned();
    }
    let can_be_copied = word.chars().all(is_harmless);
    match shlex::try_quote(word) {
        Ok(quoted) if can_be_copied => quoted.into_owned(),
        _ => format!("$'{}'", word.chars().map(escaped).collect::<String>()),
    }
}

fn escaped(c: char) -> String {
    match c {
        '\\' | '\'' => format!("\\{c}"),
        '\n' => r"\n".to_owned(),
        '\t' => r"\t".to_owned(),
        '\r' => r"\r".to_owned(),
        c if is_harmless(c) => c.to_string(),
        c if c.is_ascii() => format!("\\x{:02x}", u32::from(c)),
        c => format!("\\U{:08x}", u32::from(c)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_any_language_stays() {
        for text in ["", "plain", "Zürich 東京 🐱", "a\\b \"quoted\" 'x'"] {
            assert_eq!(printable(text), text);
        }
    }

    #[test]
    fn what_could_act_on_a_terminal_is_written_out() {
        let cases = [
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("a\r\nb\tc", "a\\r\\nb\\tc"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("\u{202e}gnp.exe", "\\u{202e}gnp.exe"),
            ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
            ("\u{7f}\u{0}", "\\u{7f}\\u{0}"),
        ];
        for (text, shown) in cases {
            assert_eq!(printable(text), shown);
        }
    }
    #[test]
    fn what_nobody_sees_has_a_name() {
        assert_eq!(unseen("Zürich 東京\tx"), None);
        let unseen = unseen("a\u{200b}b\u{a0}c\u{200b}\u{feff}");
        assert_eq!(unseen.as_deref(), Some("U+00A0 and U+200B and U+FEFF"));
    }

    #[test]
    fn a_line_can_be_copied_into_a_shell() {
        let cases = [
            ("--profile=a.b/c:d", "--profile=a.b/c:d"),
            ("FOO=BAR", "FOO=BAR"),
            ("", "''"),
            ("=ls", "'=ls'"),
            ("two words", "'two words'"),
            ("$HOME/*", "'$HOME/*'"),
            ("~/x", "'~/x'"),
            ("a\nb\u{1b}'\\", r"$'a\nb\x1b\'\\'"),
            ("\u{202e}x", r"$'\U0000202ex'"),
        ];
        for (word, shown) in cases {
            assert_eq!(shell_word(word), shown);
            assert_eq!(printable(shown), shown);
        }
        assert_eq!(shell_line(["a", "b c"]), "a 'b c'");
    }
}
