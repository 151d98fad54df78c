//! The command line that signs in for someone who asked for a session with these options.

use clap::ValueEnum;

use super::SignIn;
use crate::escape::shell_word;

impl SignIn {
    /// The options that hold for the sign-in with any profile.
    pub(crate) fn for_every_profile(&self) -> Vec<String> {
        let mut words = Vec::new();
        if let Some(prompt) = &self.prompt {
            words.extend(["--prompt", prompt.name()]);
        }
        let cache = self.cache.and_then(|cache| cache.to_possible_value());
        if let Some(cache) = &cache {
            words.extend(["--cache", cache.get_name()]);
        }
        if self.no_input {
            words.push("--no-input");
        }
        words.into_iter().map(str::to_owned).collect()
    }

    /// `mfaexec login` with every option that decides which session it gets. `profile` is left out where
    /// the environment names it.
    pub(crate) fn login_command(&self, profile: Option<&str>) -> String {
        self.with_options("mfaexec login", profile)
    }

    /// A run with these options.
    pub(crate) fn run_command(&self) -> String {
        self.with_options("mfaexec", self.profile.as_deref()) + " -- COMMAND"
    }

    /// `beginning` with every option that decides which session there is.
    pub(crate) fn with_options(&self, beginning: &str, profile: Option<&str>) -> String {
        let mut line = beginning.to_owned();
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
