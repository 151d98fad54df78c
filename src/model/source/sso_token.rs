//! The token that `aws sso login` leaves in a file. Dates are read as every version of the AWS CLI
//! has written them, and what is written back has all that was there before.

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::model::time::Timestamp;

/// Seconds before its end from which on a token is renewed (aws-config's SsoTokenProvider).
const RENEWED_BEFORE: u64 = 300;

#[derive(Debug)]
pub(crate) struct SsoToken {
    pub(crate) access_token: SecretString,
    pub(crate) expires_at: Timestamp,
    /// What gets the next token, if this one came with it.
    pub(crate) renewal: Option<TokenRenewal>,
}

/// What CreateToken is told to give the next token.
#[derive(Debug)]
pub(crate) struct TokenRenewal {
    pub(crate) client_id: String,
    pub(crate) client_secret: SecretString,
    pub(crate) refresh_token: SecretString,
    /// When the client's registration ends, and with it the renewal.
    until: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SsoCacheFile {
    access_token: Option<Zeroizing<String>>,
    expires_at: Option<String>,
    client_id: Option<String>,
    client_secret: Option<Zeroizing<String>>,
    refresh_token: Option<Zeroizing<String>>,
    registration_expires_at: Option<String>,
}

impl SsoToken {
    /// Reads the file of a token.
    ///
    /// # Errors
    /// It holds none; in words, and without any of it.
    pub(crate) fn parse(file: &[u8]) -> Result<Self, String> {
        let written: SsoCacheFile = serde_json::from_slice(file)
            .map_err(|error| format!("it is not the JSON of a token (line {})", error.line()))?;
        let missing = |name: &str| format!("it has no {name}");
        let secret = |text: &Zeroizing<String>| SecretString::from(text.as_str());
        let access_token = written.access_token.filter(|token| !token.is_empty());
        let end = written.expires_at.ok_or_else(|| missing("expiresAt"))?;
        let renewal = written
            .client_id
            .zip(written.client_secret)
            .zip(written.refresh_token)
            .zip(written.registration_expires_at.as_deref().and_then(moment));
        Ok(Self {
            access_token: secret(&access_token.ok_or_else(|| missing("accessToken"))?),
            expires_at: moment(&end).ok_or_else(|| {
                "its expiresAt is no time such as 2026-01-31T12:00:00Z".to_owned()
            })?,
            renewal: renewal.map(|(((client_id, client_secret), refresh_token), until)| {
                TokenRenewal {
                    client_id,
                    client_secret: secret(&client_secret),
                    refresh_token: secret(&refresh_token),
                    until,
                }
            }),
        })
    }

    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }

    /// What renews it, if that is worth a call: it ends soon, and the registration does not.
    pub(crate) fn due_renewal(&self, now: Timestamp) -> Option<&TokenRenewal> {
        let soon = now.until(self.expires_at) < RENEWED_BEFORE;
        self.possible_renewal(now).filter(|_| soon)
    }

    /// What renews it, whenever it ends.
    pub(crate) fn possible_renewal(&self, now: Timestamp) -> Option<&TokenRenewal> {
        self.renewal.as_ref().filter(|renewal| renewal.until > now)
    }
}

/// The file with the next token in it. None if it is no JSON any more.
pub(crate) fn renewed(
    file: &[u8],
    access_token: &str,
    refresh_token: Option<&str>,
    expires_at: Timestamp,
) -> Option<Zeroizing<String>> {
    let mut written: Map<String, Value> = serde_json::from_slice(file).ok()?;
    written.insert("accessToken".to_owned(), access_token.into());
    written.insert("expiresAt".to_owned(), expires_at.to_string().into());
    if let Some(token) = refresh_token {
        written.insert("refreshToken".to_owned(), token.into());
    }
    serde_json::to_string(&written).ok().map(Zeroizing::new)
}

/// A moment in RFC 3339, or as versions of the AWS CLI before 2.2 wrote it: `…T12:00:00UTC`. What
/// names no zone is UTC.
fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let utc = ["UTC", "GMT"]
        .iter()
        .find_map(|zone| text.strip_suffix(zone));
    let civil = |text: &str| {
        let civil = text.trim_end().parse::<jiff::civil::DateTime>().ok()?;
        Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    };
    let moment = match utc {
        Some(text) => civil(text),
        None => text.parse::<jiff::Timestamp>().ok().or_else(|| civil(text)),
    };
    u64::try_from(moment?.as_second()).ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    const WHOLE: &str = r#"{"startUrl": "https://x", "accessToken": "a", "expiresAt":
        "2026-01-31T12:00:00Z", "clientId": "i", "clientSecret": "c", "refreshToken": "r",
        "registrationExpiresAt": "2026-02-28T12:00:00UTC"}"#;

    #[test]
    fn dates_of_all_versions_are_read() {
        let noon = Some(Timestamp(1_769_860_800));
        for text in [
            "2026-01-31T12:00:00Z",
            "2026-01-31T12:00:00UTC",
            "2026-01-31T12:00:00 UTC",
            "2026-01-31T12:00:00GMT",
            "2026-01-31T12:00:00",
            "2026-01-31 12:00:00",
            "2026-01-31T12:00:00.250Z",
            "2026-01-31T12:00:00+00:00",
            "2026-01-31T13:00:00+01:00",
        ] {
            assert_eq!(moment(text), noon, "{text}");
        }
        for text in [
            "",
            "UTC",
            "tomorrow",
            "2026-13-31T12:00:00Z",
            "1960-01-01T00:00:00Z",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn a_token_is_renewed_before_it_ends_and_while_its_registration_lasts() {
        let token = SsoToken::parse(WHOLE.as_bytes()).unwrap();
        let at = |seconds: u64| Timestamp(token.expires_at.0 - 3600 + seconds);
        let due = |now| token.due_renewal(now).is_some();
        assert!(!due(at(0)) && !due(at(3300)) && due(at(3301)) && due(at(7200)));
        assert!(token.is_over(at(3600)) && !token.is_over(at(3599)));
        assert!(!due(Timestamp(token.renewal.as_ref().unwrap().until.0)));
        let plain =
            SsoToken::parse(br#"{"accessToken": "a", "expiresAt": "2026-01-31T12:00:00Z"}"#);
        assert!(plain.unwrap().possible_renewal(at(0)).is_none());
    }

    #[test]
    fn what_is_written_back_keeps_all_that_was_there() {
        let end = Timestamp(1_769_864_400);
        let text = renewed(WHOLE.as_bytes(), "b", Some("s"), end).unwrap();
        let token = SsoToken::parse(text.as_bytes()).unwrap();
        assert_eq!(token.expires_at, end);
        assert_eq!(token.access_token.expose_secret(), "b");
        assert_eq!(token.renewal.unwrap().refresh_token.expose_secret(), "s");
        assert!(
            text.contains(r#""startUrl":"https://x""#),
            "{}",
            text.as_str()
        );
        assert!(renewed(b"[]", "b", None, end).is_none());
    }

    #[test]
    fn what_is_wrong_is_said_and_no_secret() {
        for (file, words) in [
            ("", "not the JSON"),
            ("[\"s3cret\"]", "not the JSON"),
            (r#"{"accessToken": "s3cret"}"#, "no expiresAt"),
            (r#"{"expiresAt": "2026-01-31T12:00:00Z"}"#, "no accessToken"),
            (
                r#"{"accessToken": "s3cret", "expiresAt": "s3cret"}"#,
                "no time",
            ),
        ] {
            let said = SsoToken::parse(file.as_bytes()).unwrap_err();
            assert!(
                said.contains(words) && !said.contains("s3cret"),
                "{file}: {said}"
            );
        }
    }
}
