//! What a shell of mfaexec's knows of itself, in the variable that all its children inherit.

use std::fmt;

use crate::model::child::shell::IN_SHELL;
use crate::model::environment::Environment;
use crate::model::vars::is_rival;

/// The value of [`IN_SHELL`]: words with colons between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShellContext {
    /// The name of the session at rest, which the next one will have, too.
    pub session: String,
    /// The shell's process: only what it starts itself was typed in it.
    pub shell: u32,
    /// The access key that its variables should have.
    pub key: String,
    /// Whether the shell's own prompt shows the session.
    pub has_sign: bool,
}

/// The last word of the value where it does.
const SIGN: &str = "sign";

impl ShellContext {
    /// Of an environment that has one.
    pub(crate) fn of(env: &Environment) -> Option<Self> {
        let value = env.text(IN_SHELL)?;
        let mut words = value.split(':');
        Some(Self {
            session: words.next()?.to_owned(),
            shell: words.next()?.parse().ok()?,
            key: words.next()?.to_owned(),
            has_sign: words.next() == Some(SIGN),
        })
    }

    /// A variable that makes commands use other keys than the shell's session, if there is one.
    pub(crate) fn overridden_by(&self, env: &Environment) -> Option<String> {
        let key = "AWS_ACCESS_KEY_ID";
        if let Some(rival) = env.find_name(is_rival) {
            return Some(rival.to_string_lossy().into_owned());
        }
        (env.text(key).as_ref() != Some(&self.key)).then(|| key.to_owned())
    }
}

impl fmt::Display for ShellContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.session, self.shell, self.key)?;
        match self.has_sign {
            true => write!(f, ":{SIGN}"),
            false => Ok(()),
        }
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
        let within = ShellContext::of(&env(&[])).map(|within| within.to_string());
        assert_eq!(within.as_deref(), Some("0af3:77:ASIA1"));
        let shown = Environment::new(vec!["MFAEXEC_SHELL=0af3:77:ASIA1:sign".into()]);
        let within = ShellContext::of(&shown).unwrap();
        assert!(within.has_sign && within.key == "ASIA1");
        assert_eq!(within.to_string(), "0af3:77:ASIA1:sign");
        let broken = Environment::new(vec!["MFAEXEC_SHELL=0af3".into()]);
        assert_eq!(ShellContext::of(&broken), None);
    }

    #[test]
    fn what_leads_to_other_keys_is_named() {
        let by =
            |env: &Environment| ShellContext::of(env).and_then(|within| within.overridden_by(env));
        assert_eq!(by(&env(&[])), None);
        let rivals = ["AWS_PROFILE", "AWS_BEARER_TOKEN_BEDROCK"];
        for rival in rivals {
            let env = env(&[&format!("{rival}=theirs")]);
            assert_eq!(by(&env).as_deref(), Some(rival));
        }
        let mut other = env(&[]);
        other.set("AWS_ACCESS_KEY_ID", "ASIA2");
        assert_eq!(by(&other).as_deref(), Some("AWS_ACCESS_KEY_ID"));
    }
}
