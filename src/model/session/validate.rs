//! What can be true of an answer of AWS, or of a session in the cache, and what cannot. Both come
//! from outside and go into an environment, so both are held against the same rules.

use secrecy::ExposeSecret;

use crate::model::arn::is_account;
use crate::model::session::{MAX_DURATION, Session, SessionKind};
use crate::model::time::Timestamp;

/// Seconds that AWS's clock may be ahead for a signed call to be let through, and a bit.
pub(crate) const MOST_LATENESS_SECONDS: u64 = 1200;
/// Seconds that the clocks of two machines with one home directory may differ.
const CLOCK_SLACK: u64 = 300;
/// The longest token: STS's have under 2 KB, the environment has to hold it.
pub(crate) const TOKEN_LIMIT: usize = 16 * 1024;
/// The longest ARN (IAM's limit).
pub(crate) const ARN_LIMIT: usize = 2048;
const KEY_ID_LIMIT: usize = 128;
const SECRET_LIMIT: usize = 256;

/// Whether it has characters that can be seen and no others, and not too many.
pub(crate) fn is_graphic(text: &str, limit: usize) -> bool {
    (1..=limit).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

/// Whether it can be the serial of an MFA device: 9 to 256 characters of `[\w+=/:,.@-]` (STS API
/// reference, SerialNumber).
pub(crate) fn is_serial(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_+=/:,.@-".contains(&b);
    (9..=256).contains(&text.len()) && text.bytes().all(allowed)
}

/// Whether these can be temporary keys. What goes into an environment must not carry a line break.
pub(crate) fn are_keys(id: &str, secret: &str, token: &str) -> bool {
    is_graphic(id, KEY_ID_LIMIT)
        && is_graphic(secret, SECRET_LIMIT)
        && is_graphic(token, TOKEN_LIMIT)
}

/// Whether STS can have given this end to a session of `duration` seconds that was obtained at
/// that time: no one gives more than was asked for.
pub(crate) fn can_end_at(end: Timestamp, obtained: Timestamp, duration: u64) -> bool {
    obtained.until(end) <= duration.saturating_add(MOST_LATENESS_SECONDS)
}

/// Checks a session of the cache as its answer was checked when it came. This is no substitute for
/// the seal: it keeps what cannot be out of environments and off screens.
///
/// # Errors
/// It cannot be a session, or not at this time; in words.
pub(crate) fn check_cached(session: &Session, now: Timestamp) -> Result<(), &'static str> {
    let secret = session.secret_access_key.expose_secret();
    let token = session.session_token.expose_secret();
    if !are_keys(&session.access_key_id, secret, token) {
        return Err("its keys cannot be real ones");
    }
    let arn = |arn: &str| is_graphic(arn, ARN_LIMIT) && arn.starts_with("arn:");
    let fits =
        |text: &Option<String>, rule: &dyn Fn(&str) -> bool| text.as_deref().is_none_or(rule);
    if !fits(&session.account, &is_account)
        || !fits(&session.serial, &is_serial)
        || !fits(&session.role_arn, &arn)
        || !fits(&session.source_key_id, &|id| is_graphic(id, KEY_ID_LIMIT))
    {
        return Err("its account, device, role or key cannot be a real one");
    }
    // No one asked for how long a provider's session lasts.
    let duration = match session.kind {
        SessionKind::Provided => MAX_DURATION,
        _ => session.duration.min(MAX_DURATION),
    };
    if !can_end_at(session.expires_at, session.obtained_at, duration) {
        return Err("it lasts longer than it can");
    }
    if now.until(session.obtained_at) > CLOCK_SLACK {
        return Err("it is from the future, so this machine's clock was set back");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::session::aws_clock::AwsClock;

    fn session() -> Session {
        Session {
            kind: SessionKind::Mfa,
            access_key_id: "ASIAX".into(),
            secret_access_key: "secret".into(),
            session_token: "token".into(),
            expires_at: Timestamp(104_600),
            obtained_at: Timestamp(100_000),
            clock: AwsClock::default(),
            aws_is_ahead: 0,
            duration: 3600,
            account: Some("123456789012".into()),
            serial: Some("GAHT12345678".into()),
            source_key_id: Some("AKIAX".into()),
            role_arn: Some("arn:aws:iam::123456789012:role/r".into()),
            profile: "p".into(),
        }
    }

    #[test]
    fn each_part_of_a_session_is_checked() {
        type Tampering = fn(&mut Session);
        let now = Timestamp(100_001);
        assert_eq!(check_cached(&session(), now), Ok(()));
        let changes: [Tampering; 12] = [
            |s| s.access_key_id = String::new(),
            |s| s.access_key_id = "ASIA X".into(),
            |s| s.secret_access_key = "a\nb".into(),
            |s| s.session_token = "t\u{e9}".into(),
            |s| s.session_token = "t".repeat(TOKEN_LIMIT + 1).into(),
            |s| s.account = Some("12\u{1b}]0;x\u{7}".into()),
            |s| s.serial = Some("a b c d e f".into()),
            |s| s.role_arn = Some("role/r".into()),
            |s| s.source_key_id = Some("a\tb".into()),
            |s| s.expires_at = Timestamp(u64::MAX),
            |s| s.expires_at = Timestamp(100_000 + 3600 + MOST_LATENESS_SECONDS + 1),
            |s| (s.duration, s.expires_at) = (u64::MAX, Timestamp(u64::MAX)),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut session = session();
            change(&mut session);
            assert!(check_cached(&session, now).is_err(), "change {number}");
        }
    }

    #[test]
    fn a_clock_that_was_set_back_is_noticed() {
        let at = |now| check_cached(&session(), Timestamp(now));
        assert!(at(100_000 - CLOCK_SLACK).is_ok());
        assert!(at(100_000 - CLOCK_SLACK - 1).is_err());
        assert!(at(u64::MAX).is_ok(), "one that is over was one");
    }

    #[test]
    fn a_providers_session_is_as_long_as_it_likes_and_no_longer_than_any() {
        let mut session = session();
        session.kind = SessionKind::Provided;
        session.duration = 900;
        session.expires_at = Timestamp(100_000 + 12 * 3600);
        assert_eq!(check_cached(&session, Timestamp(100_000)), Ok(()));
        session.expires_at = Timestamp(100_000 + MAX_DURATION + MOST_LATENESS_SECONDS + 1);
        assert!(check_cached(&session, Timestamp(100_000)).is_err());
    }
}
