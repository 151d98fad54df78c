//! What others say, made fit to be shown: secrets that this run knows are struck out, and what is
//! long is cut. An endpoint may echo a request in its error, a program may print its input.

use secrecy::{ExposeSecret, SecretString};

/// Characters of a text of someone else's that are shown. AWS's longest message has half of that.
const MESSAGE_LIMIT: usize = 1000;
/// What represents a secret.
const STRUCK: &str = "******";
/// From this length on the beginning of a secret is one too: an echo may have cut it.
const PREFIX_FROM_LENGTH: usize = 16;
/// What is shorter than this is no secret of AWS's, and would be found in ordinary words.
const SHORTEST_SECRET: usize = 6;

/// Secrets that this run knows.
#[derive(Debug, Clone, Default)]
pub struct Secrets(Vec<SecretString>);

impl Secrets {
    /// The same, and these.
    pub fn with<'a>(mut self, more: impl IntoIterator<Item = &'a SecretString>) -> Self {
        self.0.extend(more.into_iter().cloned());
        self
    }

    /// The text without the secrets, and no longer than anyone would read.
    pub fn shown(&self, text: &str) -> String {
        // A program that has cut off the rest may have cut a secret in two, so this comes first.
        shortened(&self.struck_out(text))
    }

    fn struck_out(&self, text: &str) -> String {
        let (mut shown, mut rest, mut before) = (String::new(), text, None);
        while let Some(next) = rest.chars().next() {
            let found = self.0.iter().map(|secret| {
                let secret = secret.expose_secret();
                found_at(rest, before, secret)
            });
            let length = found.max().unwrap_or(0);
            let step = if length > 0 {
                shown.push_str(STRUCK);
                length
            } else {
                shown.push(next);
                next.len_utf8()
            };
            before = rest[..step].chars().next_back();
            rest = &rest[step..];
        }
        shown
    }
}

/// The bytes of a secret at the beginning of `text`; zero if it does not stand there. `before` is
/// the character in front of it.
fn found_at(text: &str, before: Option<char>, secret: &str) -> usize {
    if secret.len() < SHORTEST_SECRET {
        return 0;
    }
    let (mut length, mut same) = (0, 0);
    for byte in secret.bytes() {
        let Some(step) = written_at(&text.as_bytes()[length..], byte) else {
            break;
        };
        length += step;
        same += 1;
    }
    let whole = same == secret.len();
    if secret.len() >= PREFIX_FROM_LENGTH {
        return if whole || same >= PREFIX_FROM_LENGTH {
            length
        } else {
            0
        };
    }
    // A code is six digits, and an account's number may well have the same six in it.
    let goes_on = |c: char| c.is_ascii_alphanumeric();
    let alone = !before.is_some_and(goes_on) && !text[length..].starts_with(goes_on);
    if whole && alone { length } else { 0 }
}

/// The bytes in which a byte of a secret is written here: as it is, or encoded as in a URL, once or
/// twice.
fn written_at(text: &[u8], byte: u8) -> Option<usize> {
    if text.first() == Some(&byte) {
        return Some(1);
    }
    ["%", "%25"].iter().find_map(|escape| {
        let digits = text.strip_prefix(escape.as_bytes())?.get(..2)?;
        let digits = std::str::from_utf8(digits).ok()?;
        (u8::from_str_radix(digits, 16) == Ok(byte)).then_some(escape.len() + 2)
    })
}

/// The text, cut where it is longer than anyone would read.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(MESSAGE_LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "IQoJb3JpZ2luX2VjEAA/canary+token==";

    fn shown(text: &str) -> String {
        let secrets = ["123456", TOKEN, "ab"].map(SecretString::from);
        Secrets::default().with(&secrets).shown(text)
    }

    #[test]
    fn a_secret_is_struck_out_in_every_spelling() {
        let once = TOKEN
            .replace('/', "%2F")
            .replace('+', "%2b")
            .replace('=', "%3D");
        let twice = once.replace('%', "%25");
        for spelling in [TOKEN, &once, &twice] {
            let text = format!("a={spelling}&b");
            assert_eq!(shown(&text), "a=******&b", "{spelling}");
        }
        assert_eq!(shown(&format!("cut {}", &TOKEN[..20])), "cut ******");
        assert_eq!(shown("IQoJb3JpZ2l is none"), "IQoJb3JpZ2l is none");
        assert_eq!(shown("abc"), "abc", "what is short is no secret");
        assert_eq!(shown("%"), "%");
        assert_eq!(shown("%31%32%33%34%35%36"), "******");
    }

    #[test]
    fn a_code_is_struck_out_and_the_same_digits_of_a_number_are_not() {
        let text = "TokenCode=123456&x, (123456) arn:aws:iam::123456789012:user/é123456é";
        let struck = "TokenCode=******&x, (******) arn:aws:iam::123456789012:user/é******é";
        assert_eq!(shown(text), struck);
    }

    #[test]
    fn what_is_long_is_cut_between_characters() {
        assert_eq!(shown(&"é".repeat(1000)), "é".repeat(1000));
        assert_eq!(shown(&"é".repeat(1001)), format!("{}…", "é".repeat(1000)));
        let cut = format!("{}{TOKEN}", "x".repeat(990));
        assert_eq!(shown(&cut), format!("{}******", "x".repeat(990)));
    }
}
