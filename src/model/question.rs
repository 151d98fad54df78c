//! What a person is told before giving a code: which profile, account and device, and what it is
//! for. The terminal and the windows of other programs say the same.

use super::session::account_of_arn;
use super::settings::Settings;
use crate::sanitize::printable;

/// What happens once the code has been given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A command of this name runs. Its arguments are nobody's business: they may hold secrets.
    Command(String),
    /// A shell starts.
    Shell,
    /// Nothing: the session is kept.
    SignIn,
}

/// The question for a code, in words that can be shown anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    profile: String,
    account: Option<String>,
    serial: String,
    purpose: String,
}

impl Question {
    /// The question of these settings.
    #[must_use]
    pub fn new(settings: &Settings, purpose: &Purpose) -> Self {
        let serial = settings.known_serial().unwrap_or_default();
        let role = settings.roles.last();
        // The account that the session is for, not that of the keys on the way there.
        let arn = role.map_or(serial, |role| &role.arn.value);
        let mut steps = Vec::new();
        if let Some(role) = role {
            steps.push(format!("assume {}", printable(role.short())));
        }
        match purpose {
            Purpose::Command(name) => steps.push(format!("run {}", printable(name))),
            Purpose::Shell => steps.push("start a shell".to_owned()),
            Purpose::SignIn if steps.is_empty() => steps.push("sign in".to_owned()),
            Purpose::SignIn => {}
        }
        Self {
            profile: printable(&settings.profile.value),
            account: account_of_arn(arn).map(str::to_owned),
            serial: printable(serial),
            purpose: steps.join(" and "),
        }
    }

    /// One line: who, where, what for.
    #[must_use]
    pub fn heading(&self) -> String {
        let account = self.account.as_ref();
        let account = account.map_or(String::new(), |account| format!(", account {account}"));
        format!("{}{account}: a code to {}", self.profile, self.purpose)
    }

    /// What stands before the place to type.
    #[must_use]
    pub fn prompt(&self) -> String {
        format!("MFA code for {} ({}): ", self.profile, self.serial)
    }

    /// The same as lines for a window.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![
            format!("An MFA code is needed to {}.", self.purpose),
            format!("Profile: {}", self.profile),
        ];
        lines.extend(self.account.iter().map(|id| format!("Account: {id}")));
        lines.push(format!("Device: {}", self.serial));
        lines
    }
}
