//! The environment as the kernel handed it over: a list of entries, byte for byte, in order,
//! with duplicates and entries that are not UTF-8 or have no `=` at all.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// A process environment, `NAME=value` entries as in environ(7).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    entries: Vec<OsString>,
    /// Where the user's files are if HOME is not set. It is no entry: the command gets no HOME
    /// that its caller did not have.
    home: Option<OsString>,
}

/// Values are often secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Environment({} entries)", self.entries.len())
    }
}

impl Environment {
    /// Takes over raw entries in their order.
    pub fn new(entries: Vec<OsString>) -> Self {
        Self {
            entries,
            home: None,
        }
    }

    /// The same, with the home that counts if HOME is not set.
    #[must_use]
    pub(crate) fn with_home(self, home: Option<OsString>) -> Self {
        Self { home, ..self }
    }

    /// The value of the first entry of that name, as getenv(3) finds it.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.entries.iter().find_map(|entry| value_of(entry, name))
    }

    /// The value as text, `None` when it is unset or empty: every variable that mfaexec reads
    /// treats "empty" as "unset", as `aws configure` users expect.
    pub fn text(&self, name: &str) -> Option<String> {
        let value = self.get(name)?.to_string_lossy();
        (!value.is_empty()).then(|| value.into_owned())
    }

    /// What `~/` and `rest` lead to, as Python's `expanduser` has it for the AWS CLI: below HOME,
    /// also if that is empty, or below the home of the user database.
    pub(crate) fn in_home(&self, rest: impl AsRef<OsStr>) -> Option<OsString> {
        let home = self.get("HOME").or(self.home.as_deref())?;
        let mut path = home.as_bytes();
        while let [above @ .., b'/'] = path {
            path = above;
        }
        let path = [path, b"/", rest.as_ref().as_bytes()].concat();
        Some(OsString::from_vec(path))
    }

    /// A path in which a leading `~/` represents the home, if there is one.
    pub fn at_home(&self, path: &str) -> String {
        let below = path.strip_prefix("~/").and_then(|rest| self.in_home(rest));
        let below = below.and_then(|below| below.into_string().ok());
        below.unwrap_or_else(|| path.to_owned())
    }

    /// Removes every entry of that name.
    pub fn remove(&mut self, name: &str) {
        self.entries.retain(|entry| value_of(entry, name).is_none());
    }

    /// Keeps the entries whose name `keep` accepts, and those without a name.
    pub fn retain(&mut self, mut keep: impl FnMut(&[u8]) -> bool) {
        self.entries
            .retain(|entry| name_of(entry).is_none_or(&mut keep));
    }

    /// The first name that `is_it` accepts.
    pub fn find_name(&self, mut is_it: impl FnMut(&[u8]) -> bool) -> Option<&OsStr> {
        let mut names = self.entries.iter().filter_map(|entry| name_of(entry));
        names.find(|name| is_it(name)).map(OsStr::from_bytes)
    }

    /// Removes every entry of that name and adds one with the given value.
    pub fn set(&mut self, name: &str, value: impl AsRef<OsStr>) {
        self.remove(name);
        let mut entry = name.as_bytes().to_vec();
        entry.push(b'=');
        entry.extend_from_slice(value.as_ref().as_bytes());
        self.entries.push(OsString::from_vec(entry));
    }

    /// The names of the entries that have one in UTF-8, in their order, each once.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for entry in &self.entries {
            let name = entry.to_str().and_then(|entry| entry.split_once('='));
            if let Some((name, _)) = name
                && !name.is_empty()
                && !names.iter().any(|known| known == name)
            {
                names.push(name.to_owned());
            }
        }
        names
    }

    pub fn entries(&self) -> &[OsString] {
        &self.entries
    }
}

fn name_of(entry: &OsStr) -> Option<&[u8]> {
    let end = entry.as_bytes().iter().position(|byte| *byte == b'=')?;
    Some(&entry.as_bytes()[..end])
}

fn value_of<'a>(entry: &'a OsStr, name: &str) -> Option<&'a OsStr> {
    let rest = entry.as_bytes().strip_prefix(name.as_bytes())?;
    rest.strip_prefix(b"=").map(OsStr::from_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(entries: &[&str]) -> Environment {
        Environment::new(entries.iter().map(OsString::from).collect())
    }

    #[test]
    fn the_first_entry_counts_and_empty_is_unset() {
        let env = environment(&["A=1", "A=2", "AB=3", "E=", "noequals"]);
        assert_eq!(env.get("A"), Some(OsStr::new("1")));
        assert_eq!(env.get("E"), Some(OsStr::new("")));
        assert_eq!(env.text("E"), None);
        assert_eq!(env.get("noequals"), None);
    }

    #[test]
    fn a_home_is_found_as_python_finds_it() {
        let below = |entries: &[&str], user: Option<&str>| {
            let env = environment(entries).with_home(user.map(OsString::from));
            env.at_home("~/.aws/config")
        };
        assert_eq!(below(&["HOME=/h"], Some("/u")), "/h/.aws/config");
        assert_eq!(below(&["HOME=/h//"], None), "/h/.aws/config");
        assert_eq!(below(&["HOME="], Some("/u")), "/.aws/config");
        assert_eq!(below(&["HOME=/"], None), "/.aws/config");
        assert_eq!(below(&[], Some("/u")), "/u/.aws/config");
        assert_eq!(below(&[], None), "~/.aws/config");
    }

    #[test]
    fn set_and_remove_take_every_duplicate() {
        let mut env = environment(&["A=1", "B=2", "A=3", "noequals"]);
        env.set("A", "new");
        assert_eq!(env, environment(&["B=2", "noequals", "A=new"]));
        env.remove("A");
        assert_eq!(env, environment(&["B=2", "noequals"]));
    }
}
