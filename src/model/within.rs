//! What a shell of mfaexec's knows of itself, in the variable that all its children inherit.

use std::fmt;

use super::child_env::REMOVED;
use super::environment::Environment;
use super::shell::IN_SHELL;

/// The value of [`IN_SHELL`]: three words with colons between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Within {
    /// The name of the session at rest, which the next one will have as well.
    pub session: String,
    /// The shell's process: only what it starts itself was typed in it.
    pub shell: u32,
    /// The access key that its variables should have.
    pub key: String,
}

impl Within {
    /// Of an environment that has one.
    #[must_use]
    pub fn of(env: &Environment) -> Option<Self> {
        let value = env.text(IN_SHELL)?;
        let mut words = value.splitn(3, ':');
        Some(Self {
            session: words.next()?.to_owned(),
            shell: words.next()?.parse().ok()?,
            key: words.next()?.to_owned(),
        })
    }

    /// A variable that makes commands use other keys than the shell's session, if there is one.
    #[must_use]
    pub fn overridden_by(&self, env: &Environment) -> Option<&'static str> {
        let key = "AWS_ACCESS_KEY_ID";
        let rival = REMOVED.into_iter().find(|name| env.get(name).is_some());
        rival.or((env.text(key).as_ref() != Some(&self.key)).then_some(key))
    }
}

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.session, self.shell, self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(more: &[&str]) -> Environment {
        let own = [
            "MFAEXEC_SHELL=0af3:77:ASIA1",
            "AWS_ACCESS_KEY_ID=ASIA1",
            "AWS_REGION=eu-west-1",
        ];
        Environment::new(own.iter().chain(more).map(Into::into).collect())
    }

    #[test]
    fn it_is_read_as_it_is_written() {
        let within = Within::of(&env(&[])).map(|within| within.to_string());
        assert_eq!(within.as_deref(), Some("0af3:77:ASIA1"));
        let broken = Environment::new(vec!["MFAEXEC_SHELL=0af3".into()]);
        assert_eq!(Within::of(&broken), None);
    }

    #[test]
    fn what_leads_to_other_keys_is_named() {
        let by = |env: &Environment| Within::of(env).and_then(|within| within.overridden_by(env));
        assert_eq!(by(&env(&[])), None);
        assert_eq!(by(&env(&["AWS_PROFILE=theirs"])), Some("AWS_PROFILE"));
        let mut other = env(&[]);
        other.set("AWS_ACCESS_KEY_ID", "ASIA2");
        assert_eq!(by(&other), Some("AWS_ACCESS_KEY_ID"));
    }
}
