//! What a profile demands before a command starts with its session.

use crate::error::{Error, Result};
use crate::model::arn::is_account;
use crate::model::config::Profile;
use crate::model::origin::Sourced;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guards {
    /// `mfaexec_expected_account`: the twelve digits of the only account that it may be.
    pub expected_account: Option<Sourced<String>>,
    /// `mfaexec_confirm`: the profile's name has to be typed.
    pub confirm: Option<Sourced<bool>>,
}

impl Guards {
    /// Reads them.
    ///
    /// # Errors
    /// A guard that cannot be read guards nothing, so nothing runs.
    pub fn of_profile(profile: &Profile<'_>) -> Result<Self> {
        let expected_account = profile.sourced("mfaexec_expected_account");
        if let Some(account) = &expected_account
            && !is_account(&account.value)
        {
            let key = "mfaexec_expected_account";
            return Err(unreadable(key, account, "an account has twelve digits"));
        }
        let confirm = match profile.sourced("mfaexec_confirm") {
            None => None,
            Some(written) => {
                let value = match written.value.to_ascii_lowercase().as_str() {
                    "true" | "yes" | "1" => true,
                    "false" | "no" | "0" => false,
                    _ => {
                        return Err(unreadable(
                            "mfaexec_confirm",
                            &written,
                            "write true or false",
                        ));
                    }
                };
                Some(Sourced::new(value, written.origin))
            }
        };
        Ok(Self {
            expected_account,
            confirm,
        })
    }

    /// Whether the profile's name has to be typed.
    pub fn asks(&self) -> bool {
        self.confirm.as_ref().is_some_and(|confirm| confirm.value)
    }

    /// Compares an account with the expected one. `account` is that of the session, or what is
    /// known of it before there is one.
    ///
    /// # Errors
    /// It is another one, or no one knows which.
    pub fn check_account(&self, profile: &str, account: Option<&str>) -> Result<()> {
        let Some(expected) = &self.expected_account else {
            return Ok(());
        };
        if account == Some(expected.value.as_str()) {
            return Ok(());
        }
        let found = account.unwrap_or("not known");
        Err(Error::new(
            format!("profile {profile} is not in the account that it should be in"),
            format!(
                "the session's account is {found}, expected is {} ({})",
                expected.value, expected.origin
            ),
            "nothing was run: correct the profile, or its mfaexec_expected_account",
        ))
    }
}

fn unreadable(key: &str, written: &Sourced<String>, cause: &str) -> Error {
    Error::new(
        format!("{key} = {} cannot be read", written.value),
        format!("{cause} (from {})", written.origin),
        format!("correct {key}"),
    )
}
