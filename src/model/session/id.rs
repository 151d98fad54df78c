//! What identifies a session: the name of its file in the cache, 64 hexadecimal digits. Change one of
//! the parts, and it is another session.

use crate::model::digest::digest_of;

/// What represents a long-term key. It represents the account and the user, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyIdentity<'a> {
    /// Its access key id.
    Key(&'a str),
    /// The program that gives it, as the key is not known before the program has run.
    Program(String),
}

/// The session of GetSessionToken for a long-term key, with a device's code or without one.
/// `endpoint` is the one of STS if it was configured or is the global one. Sessions of a region's own
/// endpoint are valid in all regions of the partition, so it has no part in their identity.
pub(crate) fn session_of_key(
    key: &KeyIdentity,
    device: Option<&str>,
    endpoint: Option<&str>,
) -> String {
    let (tag, key) = match key {
        KeyIdentity::Key(id) => ("key", *id),
        KeyIdentity::Program(id) => ("program", id.as_str()),
    };
    let (mfa, serial) = match device {
        Some(serial) => ("mfa", serial),
        None => ("without-mfa", ""),
    };
    let endpoint = endpoint.unwrap_or_default();
    digest_of("session-token", &[tag, key, mfa, serial, endpoint])
}

/// The session of temporary keys that a provider gave. `provider` is [`Provider::id`], `endpoint` as
/// above.
///
/// [`Provider::id`]: crate::model::source::provider::Provider::id
pub(crate) fn provided(provider: &str, endpoint: Option<&str>) -> String {
    digest_of("provided", &[provider, endpoint.unwrap_or_default()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_makes_another_session() {
        let of =
            |key: &str, device, endpoint| session_of_key(&KeyIdentity::Key(key), device, endpoint);
        let program = KeyIdentity::Program("AKIA".to_owned());
        let mut ids = vec![
            of("AKIA", Some("serial"), None),
            of("AKIB", Some("serial"), None),
            of("AKIA", Some("other"), None),
            of("AKIA", Some("serial"), Some("https://sts")),
            of("AKIA", None, None),
            session_of_key(&program, Some("serial"), None),
            provided("AKIA", None),
        ];
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 7);
    }
}
