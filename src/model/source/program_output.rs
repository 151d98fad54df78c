//! What a program of `credential_process` prints: one JSON object, its names spelled exactly. mfaexec
//! reads it of others, and prints it as such a program. What is wrong with it is said without any of
//! it, as it may hold secrets.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::model::session::Session;
use crate::model::time::Timestamp;

/// Seconds after which a program asks again for keys whose end no one knows. Without an end, SDKs
/// keep keys for ever.
const ENDLESS_KEYS_SECONDS: u64 = 3600;

/// The keys in it, of whichever kind.
#[derive(Debug)]
pub struct Output {
    /// `AKIA…` or `ASIA…`
    pub access_key_id: Zeroizing<String>,
    pub secret_access_key: Zeroizing<String>,
    /// The token of temporary keys; a long-term key has none.
    pub session_token: Option<Zeroizing<String>>,
    /// When they end, if the program says so.
    pub expires_at: Option<Timestamp>,
    /// The account that they are of, as the program says.
    pub account: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Printed {
    version: Option<serde_json::Value>,
    access_key_id: Option<Zeroizing<String>>,
    secret_access_key: Option<Zeroizing<String>>,
    session_token: Option<Zeroizing<String>>,
    expiration: Option<String>,
    account_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Printing<'a> {
    version: u8,
    access_key_id: &'a str,
    secret_access_key: &'a str,
    session_token: &'a str,
    expiration: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<&'a str>,
}

/// The session as such a program prints it, on a line. Where it would be seen, the secrets are left
/// out of it.
pub(crate) fn print(session: &Session, is_seen: bool, now: Timestamp) -> Zeroizing<String> {
    let shown = |secret: &'_ SecretString| match is_seen {
        true => Zeroizing::new(NOT_SHOWN.to_owned()),
        false => Zeroizing::new(secret.expose_secret().to_owned()),
    };
    let end = match session.expires_at {
        Timestamp::NEVER => Timestamp(now.0 + ENDLESS_KEYS_SECONDS),
        end => end,
    };
    let printing = Printing {
        version: 1,
        access_key_id: &session.access_key_id,
        secret_access_key: &shown(&session.secret_access_key),
        session_token: &shown(&session.session_token),
        expiration: end.to_string(),
        account_id: session.account.as_deref(),
    };
    // Text and a number are never refused.
    let line = serde_json::to_string(&printing).map(Zeroizing::new);
    let line = line.unwrap_or_default();
    Zeroizing::new(format!("{}\n", *line))
}

const NOT_SHOWN: &str = "(not shown on a terminal)";

/// Reads what a program has printed.
///
/// # Errors
/// It is something else; in words.
pub fn parse(printed: &[u8]) -> Result<Output, String> {
    let printed: Printed = serde_json::from_slice(printed).map_err(|error| {
        // Its own words show what it has read.
        let (line, column) = (error.line(), error.column());
        match error.classify() {
            serde_json::error::Category::Data => format!(
                "what it prints is JSON, and not as it should be: look at line {line}, column \
                 {column}"
            ),
            _ if line == 0 || printed.trim_ascii().is_empty() => {
                "it prints nothing, and should print JSON".to_owned()
            }
            _ => format!("what it prints is no JSON (line {line}, column {column})"),
        }
    })?;
    if printed.version != Some(1.into()) {
        return Err("what it prints has no \"Version\": 1".to_owned());
    }
    let missing = |name: &str| format!("what it prints has no \"{name}\"");
    let some = |text: &Zeroizing<String>| !text.is_empty();
    let expires_at = printed.expiration.map(|text| {
        let moment = text.parse::<jiff::Timestamp>().ok();
        let seconds = moment.and_then(|moment| u64::try_from(moment.as_second()).ok());
        let wrong = "its \"Expiration\" is no time such as 2026-01-31T12:00:00Z";
        seconds.map(Timestamp).ok_or(wrong)
    });
    Ok(Output {
        access_key_id: printed
            .access_key_id
            .filter(some)
            .ok_or_else(|| missing("AccessKeyId"))?,
        secret_access_key: printed
            .secret_access_key
            .filter(some)
            .ok_or_else(|| missing("SecretAccessKey"))?,
        session_token: printed.session_token.filter(some),
        expires_at: expires_at.transpose()?,
        account: printed.account_id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = r#""AccessKeyId": "AKIA", "SecretAccessKey": "s3cret""#;

    fn of(more: &str) -> Result<Output, String> {
        parse(format!("{{{KEY}, {more}}}").as_bytes())
    }

    #[test]
    fn a_key_has_no_token_an_empty_one_or_null() {
        for more in ["", ", \"SessionToken\": null", ", \"SessionToken\": \"\""] {
            let output = of(&format!("\"Version\": 1{more}")).unwrap();
            assert!(output.session_token.is_none(), "{more}");
            assert_eq!(&**output.access_key_id, "AKIA");
        }
        let output = of("\"Version\": 1, \"SessionToken\": \"t\", \"Other\": {}").unwrap();
        assert_eq!(output.session_token.as_deref().map(|t| &**t), Some("t"));
    }

    #[test]
    fn an_end_is_a_moment_in_any_zone() {
        let end = |text: &str| {
            let output = of(&format!("\"Version\": 1, \"Expiration\": \"{text}\""));
            output.map(|output| output.expires_at.map(|end| end.0))
        };
        let moment = Ok(Some(1_700_000_000));
        assert_eq!(end("2023-11-14T22:13:20Z"), moment);
        assert_eq!(end("2023-11-14T23:13:20.5+01:00"), moment);
        assert!(end("").unwrap_err().contains("Expiration"));
        assert!(end("tomorrow").unwrap_err().contains("Expiration"));
    }

    #[test]
    fn what_is_wrong_is_said_and_no_secret() {
        for (printed, word) in [
            ("", "nothing"),
            (" \n", "nothing"),
            ("junk", "no JSON (line 1"),
            ("{}", "Version"),
            ("[1]", "as it should be"),
            (&format!("{{\"Version\": \"1\", {KEY}}}"), "Version"),
            (&format!("{{\"Version\": 2, {KEY}}}"), "Version"),
            (&format!("{{\"version\": 1, {KEY}}}"), "Version"),
            (&format!("{{\"Version\": 1, {KEY}}} more"), "no JSON"),
            (&format!("{{\"Version\": 1, {KEY}, {KEY}}}"), "line 1"),
            (
                "{\"Version\": 1, \"AccessKeyId\": \"x\"}",
                "SecretAccessKey",
            ),
            ("{\"Version\": 1, \"accessKeyId\": \"x\"}", "AccessKeyId"),
            (
                "{\"Version\": 1, \"SecretAccessKey\": [\"s3cret\"]}",
                "as it should be",
            ),
            ("{\"Version\": 1, \"SessionToken\": 53}", "as it should be"),
        ] {
            let words = parse(printed.as_bytes()).unwrap_err();
            assert!(words.contains(word), "{printed}: {words}");
            assert!(
                !words.contains("s3cret") && !words.contains("53"),
                "{words}"
            );
        }
    }
}
