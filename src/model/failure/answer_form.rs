//! What an answer looks like that is none of AWS's: people point every service to the endpoint that
//! they have for one, and what answers there is worth a name.

use crate::model::failure::secrets::shortened;

/// The form of an answer's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// As STS and IAM answer: XML whose root is called `…Response`.
    Aws,
    /// As S3 answers, and who speaks its language. The code in it, if there is one.
    S3(Option<String>),
    Page,
    Json,
    Empty,
    Unknown,
}

impl Form {
    pub fn of(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if text.is_empty() {
            return Self::Empty;
        }
        if text.starts_with(['{', '[']) {
            return Self::Json;
        }
        match root(text) {
            Some(name) if name.ends_with("Response") => Self::Aws,
            Some("Error") => Self::S3(code(text).map(shortened)),
            Some(name) if name.eq_ignore_ascii_case("html") => Self::Page,
            Some(name) if name.eq_ignore_ascii_case("!doctype") => Self::Page,
            _ => Self::Unknown,
        }
    }

    /// Whether it is the form of something else, and not merely none of AWS.
    pub fn is_of_others(&self) -> bool {
        matches!(self, Self::S3(_) | Self::Page | Self::Json)
    }

    /// What a person calls it.
    pub fn in_words(&self) -> String {
        match self {
            Self::Aws => "it breaks off or is not complete".to_owned(),
            Self::S3(Some(code)) => format!("an error as S3 writes them, {code}"),
            Self::S3(None) => "an error as S3 writes them".to_owned(),
            Self::Page => "a web page".to_owned(),
            Self::Json => "JSON, and not XML".to_owned(),
            Self::Empty => "it is empty".to_owned(),
            Self::Unknown => "it is no XML of AWS".to_owned(),
        }
    }
}

/// The name of the first element.
fn root(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = rest.trim_start().strip_prefix('<')?;
        // Declarations and comments come before it.
        let end = match rest.as_bytes().first()? {
            b'?' => "?>",
            b'!' if rest.starts_with("!--") => "-->",
            _ => break,
        };
        (_, rest) = rest.split_once(end)?;
    }
    let end = rest.find(|c: char| c.is_whitespace() || c == '>' || c == '/');
    let name = &rest[..end?];
    Some(name.rsplit_once(':').map_or(name, |(_, name)| name))
}

fn code(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    Some(code.trim()).filter(|code| !code.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_apart() {
        let s3 = |code: &str| Form::S3(Some(code.to_owned()));
        for (body, form) in [
            ("<GetSessionTokenResponse xmlns=\"x\"><a>", Form::Aws),
            ("<?xml version=\"1.0\"?>\n<ErrorResponse>", Form::Aws),
            ("<?xml?><Error><Code>NoSuchKey</Code>", s3("NoSuchKey")),
            ("<Error/>", Form::S3(None)),
            ("\u{feff}<!-- a --><!DOCTYPE html><p>", Form::Page),
            ("<!doctype HTML><p>", Form::Page),
            ("<HTML lang=en>", Form::Page),
            ("{\"__type\":\"x\"}", Form::Json),
            (" \r\n", Form::Empty),
            ("upstream connect error", Form::Unknown),
            ("<", Form::Unknown),
            ("<?", Form::Unknown),
            ("", Form::Empty),
        ] {
            assert_eq!(Form::of(body.as_bytes()), form, "{body}");
        }
    }
}
