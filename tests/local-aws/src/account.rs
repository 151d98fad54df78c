//! The account: users, keys, devices, policies and roles, set up from one readable file.
//!
//! Everything is public and mutable, so that a test can deactivate a key or drop a device while
//! the server runs. What happens at run time (sessions, burnt codes) is kept in `state.rs`.

use std::collections::BTreeMap;

use serde::Deserialize;
use totp_rs::{Secret, Totp};

use crate::policy::Policy;

/// An AWS account, as far as this stand-in needs one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Twelve digits.
    #[serde(rename = "account")]
    pub id: String,
    /// Regions in which STS is switched off: it gives no credentials there. us-east-1 cannot be.
    #[serde(default)]
    pub disabled_regions: Vec<String>,
    /// Opt-in Regions that the account has not enabled: no key of the account is known there.
    #[serde(default)]
    pub regions_not_enabled: Vec<String>,
    /// Seconds until the rest of AWS sees what IAM was told. IAM is eventually consistent (IAM User
    /// Guide, "Changes that I make are not always immediately visible"); AWS gives no figure.
    #[serde(default)]
    pub settles_after: i64,
    #[serde(default)]
    pub policies: BTreeMap<String, Policy>,
    #[serde(default)]
    pub users: BTreeMap<String, User>,
    #[serde(default)]
    pub roles: BTreeMap<String, Role>,
    /// Virtual MFA devices that no user has.
    #[serde(default)]
    pub unassigned: Vec<Device>,
}

/// An IAM user, or the account's root user.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The name is the key of the table, put here when the file was read.
    #[serde(skip)]
    pub name: String,
    #[serde(default)]
    pub id: String,
    #[serde(default = "slash")]
    pub path: String,
    #[serde(default)]
    pub root: bool,
    #[serde(default)]
    pub policies: Vec<String>,
    #[serde(default)]
    pub keys: Vec<Key>,
    #[serde(default)]
    pub devices: Vec<Device>,
    /// The policies that PutUserPolicy made, with their text.
    #[serde(skip)]
    pub inline: BTreeMap<String, (String, Policy)>,
    /// When CreateUser made the user; the others have been there for long.
    #[serde(skip)]
    pub created: Option<i64>,
}

/// A long-term access key.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    pub id: String,
    pub secret: String,
    #[serde(default = "yes")]
    pub active: bool,
    #[serde(skip)]
    pub created: Option<i64>,
    #[serde(skip)]
    pub last_used: Option<LastUsed>,
}

/// What GetAccessKeyLastUsed says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastUsed {
    pub time: i64,
    pub service: &'static str,
    pub region: String,
}

/// An MFA device. Without a seed it is a FIDO key or a passkey, which STS cannot use.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    pub serial: String,
    /// Base32, as an authenticator app takes it.
    pub seed: Option<String>,
    /// How many time steps the device is ahead, as EnableMFADevice and ResyncMFADevice found.
    #[serde(skip)]
    pub drift: i64,
    #[serde(skip)]
    pub enabled: Option<i64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    #[serde(skip)]
    pub name: String,
    pub id: String,
    /// One hour unless the role says more, twelve hours at most (STS).
    #[serde(default = "one_hour")]
    pub max_session_duration: u32,
    pub trust: Policy,
    #[serde(default)]
    pub policies: Vec<String>,
}

/// Why an account file was refused.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("the account file is not as expected: {0}")]
    Toml(#[from] toml::de::Error),
    #[error("{0}")]
    Inconsistent(String),
}

fn slash() -> String {
    "/".to_owned()
}

fn yes() -> bool {
    true
}

fn one_hour() -> u32 {
    3600
}

impl Account {
    /// The account of the story; the file says who is in it.
    pub fn story() -> Account {
        Account::from_toml(include_str!("story.toml")).expect("the built-in story is valid")
    }

    /// Reads an account file and refuses one that would fail later and less clearly.
    pub fn from_toml(text: &str) -> Result<Account, AccountError> {
        let mut account: Account = toml::from_str(text)?;
        for (name, user) in &mut account.users {
            user.name.clone_from(name);
        }
        for (name, role) in &mut account.roles {
            role.name.clone_from(name);
        }
        account.check().map_err(AccountError::Inconsistent)?;
        Ok(account)
    }

    fn check(&self) -> Result<(), String> {
        if self.id.len() != 12 || !self.id.bytes().all(|b| b.is_ascii_digit()) {
            return Err(format!("account '{}' is not twelve digits", self.id));
        }
        if self
            .disabled_regions
            .iter()
            .any(|region| region == "us-east-1")
        {
            return Err("STS cannot be switched off in us-east-1".to_owned());
        }
        let users = self.users.iter().map(|(name, user)| (name, &user.policies));
        let roles = self.roles.iter().map(|(name, role)| (name, &role.policies));
        for (owner, policies) in users.chain(roles) {
            if let Some(lost) = policies
                .iter()
                .find(|policy| !self.policies.contains_key(*policy))
            {
                return Err(format!(
                    "{owner} has the policy {lost}, which is not in the file"
                ));
            }
        }
        let devices = self.users.values().flat_map(|user| &user.devices);
        for device in devices.chain(&self.unassigned) {
            if device.seed.is_some() && device.totp().is_none() {
                return Err(format!("the seed of {} is not base32", device.serial));
            }
        }
        Ok(())
    }

    /// The user of that name.
    ///
    /// # Panics
    /// If there is none: that is a slip in a test.
    pub fn user(&self, name: &str) -> &User {
        self.users
            .get(name)
            .unwrap_or_else(|| panic!("no user {name} in the account"))
    }

    /// The same, to change it.
    ///
    /// # Panics
    /// If there is none: that is a slip in a test.
    pub fn user_mut(&mut self, name: &str) -> &mut User {
        self.users
            .get_mut(name)
            .unwrap_or_else(|| panic!("no user {name} in the account"))
    }

    pub(crate) fn user_arn(&self, user: &User) -> String {
        if user.root {
            return self.root_arn();
        }
        format!("arn:aws:iam::{}:user{}{}", self.id, user.path, user.name)
    }

    pub(crate) fn root_arn(&self) -> String {
        format!("arn:aws:iam::{}:root", self.id)
    }

    pub(crate) fn role_arn(&self, role: &Role) -> String {
        format!("arn:aws:iam::{}:role/{}", self.id, role.name)
    }

    pub(crate) fn role_by_arn(&self, arn: &str) -> Option<&Role> {
        self.roles.values().find(|role| self.role_arn(role) == arn)
    }

    /// Gives a user an inline policy, as PutUserPolicy does, without a request.
    ///
    /// # Panics
    /// If there is no such user: that is a slip in a test.
    pub fn put_user_policy(&mut self, user: &str, name: &str, json: &str) -> Result<(), String> {
        let policy = Policy::identity(json)?;
        self.user_mut(user)
            .inline
            .insert(name.to_owned(), (json.to_owned(), policy));
        Ok(())
    }

    /// The key of that id, active or not, and its user.
    pub(crate) fn key(&self, id: &str) -> Option<(&User, &Key)> {
        self.users.values().find_map(|user| {
            let key = user.keys.iter().find(|key| key.id == id)?;
            Some((user, key))
        })
    }

    /// Notes that the long-term key signed a request.
    pub(crate) fn used(&mut self, id: &str, last: &LastUsed) {
        let keys = self.users.values_mut().flat_map(|user| &mut user.keys);
        if let Some(key) = keys.into_iter().find(|key| key.id == id) {
            key.last_used = Some(last.clone());
        }
    }

    /// The long-term key of that id and its user. An inactive key is as good as none.
    pub(crate) fn active_key(&self, id: &str) -> Option<(&User, &Key)> {
        self.key(id).filter(|(_, key)| key.active)
    }

    pub(crate) fn documents<'a>(
        &'a self,
        names: &'a [String],
    ) -> impl Iterator<Item = &'a Policy> + Clone {
        names.iter().filter_map(|name| self.policies.get(name))
    }
}

impl User {
    /// The id of the user's first key.
    ///
    /// # Panics
    /// If the user has no key: that is a slip in a test. The same goes for the next two.
    pub fn access_key_id(&self) -> &str {
        &self.keys.first().expect("the user has a key").id
    }

    pub fn secret_access_key(&self) -> &str {
        &self.keys.first().expect("the user has a key").secret
    }

    /// The serial number of the user's first device.
    pub fn serial(&self) -> &str {
        &self.devices.first().expect("the user has a device").serial
    }

    pub fn serials(&self) -> Vec<&str> {
        self.devices
            .iter()
            .map(|device| device.serial.as_str())
            .collect()
    }
}

impl Device {
    pub(crate) fn totp(&self) -> Option<Totp> {
        let seed = Secret::try_from_base32(self.seed.as_deref()?).ok()?;
        // RFC 6238 with its defaults, as AWS's virtual devices: SHA-1, 30 seconds, six digits, and
        // one step of tolerance either way. AWS does not document its own tolerance.
        totp_rs::Builder::new().with_secret(seed).build().ok()
    }

    /// The code that the device shows at that second.
    pub fn code_at(&self, epoch: i64) -> Option<String> {
        Some(
            self.totp()?
                .generate(u64::try_from(epoch).ok()?)
                .to_string(),
        )
    }
}

// Secrets of an account are made up, but a test's output should not teach bad habits.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key")
            .field("id", &self.id)
            .field("active", &self.active)
            .finish()
    }
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Device")
            .field("serial", &self.serial)
            .finish()
    }
}
