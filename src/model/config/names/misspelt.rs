//! A setting that no tool reads, and that was probably meant to be another one.

use crate::error::{Error, Result};
use crate::escape::unseen;

/// A misspelt name, and the setting that was probably meant.
#[derive(Debug, Clone)]
pub(crate) struct Slip {
    pub(crate) key: String,
    pub(crate) meant: &'static str,
    /// `path, line N`
    pub(crate) place: String,
}

impl Slip {
    pub(crate) fn notice(&self) -> String {
        let Self { key, meant, place } = self;
        let points = unseen(key).map(|points| format!(" with {points}"));
        let points = points.unwrap_or_default();
        format!("{key}{points} is not a setting ({place}): did you mean {meant}?")
    }

    /// Refuses it in a profile that has another identity without the setting that was meant.
    pub(crate) fn check(&self, profile: &str, has: impl Fn(&str) -> bool) -> Result<()> {
        let any = |keys: &[&str]| keys.iter().any(|key| has(key));
        let matters = match self.meant {
            "role_arn" | "include_profile" | "parent_profile" => true,
            "aws_access_key_id" | "aws_secret_access_key" | "aws_session_token" => true,
            "source_profile"
            | "credential_source"
            | "web_identity_token_file"
            | "role_session_policy"
            | "role_session_policy_arns"
            | "session_tags"
            | "transitive_session_tags"
            | "source_identity" => has("role_arn"),
            "credential_process" | "login_session" => has("source_profile"),
            sso if sso.starts_with("sso_") => any(&[
                "sso_session",
                "sso_start_url",
                "sso_account_id",
                "sso_role_name",
            ]),
            _ => false,
        };
        if !matters || has(self.meant) {
            return Ok(());
        }
        let Self { key, meant, place } = self;
        Err(Error::new(
            format!("profile {profile} has no {meant}, but {key}"),
            format!(
                "{key} is not a setting ({place}), and without {meant} the profile is another one"
            ),
            format!("write {meant}, or delete the line"),
        ))
    }
}
