//! The command line that signs in for someone who asked for a session with these options.

use clap::ValueEnum;

use super::SignIn;
use crate::escape::shell_word;

impl SignIn {
    /// `mfaexec login` with every option that decides which session it gets. `profile` is left out where
    /// the environment names it.
    pub(crate) fn login_command(&self, profile: Option<&str>) -> String {
        let mut line = "mfaexec login".to_owned();
        let mut add = |option: &str, value: &str| {
            line.push_str(&format!(" {option} {}", shell_word(value)));
        };
        if let Some(profile) = profile {
            add("-p", profile);
        }
        if let Some(role) = &self.role_arn {
            add("--role-arn", role);
        }
        if let Some(name) = &self.role_session_name {
            add("--role-session-name", name);
        }
        if let Some(policy) = &self.policy_file {
            add("--policy-file", &policy.to_string_lossy());
        }
        for policy in &self.policy_arn {
            add("--policy-arn", policy);
        }
        if let Some(duration) = &self.duration {
            add("-d", &duration.to_string());
        }
        if let Some(serial) = &self.mfa_serial {
            add("--mfa-serial", serial);
        }
        if let Some(region) = &self.region {
            add("--region", region);
        }
        if let Some(cache) = self.cache.and_then(|cache| cache.to_possible_value()) {
            add("--cache", cache.get_name());
        }
        if self.without_mfa {
            line.push_str(" --without-mfa");
        }
        line
    }
}
