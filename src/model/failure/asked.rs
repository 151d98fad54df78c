//! Who was asked for what: the context of a failed call.

use crate::model::settings::Settings;
use crate::model::source::role::Role;

/// Who was asked for what, as far as the call itself does not say.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The invocation's.
    pub settings: &'a Settings,
    /// The device that the code was of.
    pub serial: Option<&'a str>,
    /// The role that was to be assumed.
    pub role: Option<&'a Role>,
    /// Whether it was with temporary keys rather than with the long-term one.
    pub with_session: bool,
    /// What its session was to be called.
    pub session_name: Option<&'a str>,
    /// How the session below the role gets another one, where that was cached.
    pub renewal: Option<CachedSession>,
}

/// A cached session that a role was to be assumed with.
#[derive(Debug, Clone)]
pub struct CachedSession {
    /// The seconds since its code was given; none if it is another kind of session.
    pub age_of_mfa: Option<u64>,
    /// What a person can do to get another one.
    pub remedy: String,
}

impl<'a> Asked<'a> {
    /// A call with the long-term key that is about no role.
    pub fn by_key(settings: &'a Settings, serial: Option<&'a str>) -> Self {
        Self {
            settings,
            serial,
            role: None,
            with_session: false,
            session_name: None,
            renewal: None,
        }
    }
}
