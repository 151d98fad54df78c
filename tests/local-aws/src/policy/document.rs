//! A policy document as it is written, and what IAM refuses about one.
//!
//! Whatever the evaluator does not understand is an error here, because a condition that is skipped
//! would be a permission.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::condition::Conditions;

/// Only documents of this version have variables (IAM User Guide, "IAM JSON policy elements: Version").
const WITH_VARIABLES: &str = "2012-10-17";
const VERSIONS: [&str; 2] = ["2008-10-17", WITH_VARIABLES];
/// The one variable that the evaluator fills in.
pub(super) const USER_NAME: &str = "${aws:username}";

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Document {
    version: Option<String>,
    #[serde(rename = "Id")]
    _id: Option<String>,
    pub(super) statement: OneOrMany<Statement>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) enum Effect {
    Allow,
    Deny,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Statement {
    sid: Option<String>,
    pub(super) effect: Effect,
    pub(super) principal: Option<Principal>,
    pub(super) action: Option<OneOrMany<String>>,
    pub(super) not_action: Option<OneOrMany<String>>,
    pub(super) resource: Option<OneOrMany<String>>,
    pub(super) not_resource: Option<OneOrMany<String>>,
    #[serde(default)]
    pub(super) condition: Conditions,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Principal {
    Anyone(String),
    Named(BTreeMap<String, OneOrMany<String>>),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

impl<T> OneOrMany<T> {
    pub(super) fn iter(&self) -> std::slice::Iter<'_, T> {
        match self {
            OneOrMany::Many(all) => all.iter(),
            OneOrMany::One(one) => std::slice::from_ref(one).iter(),
        }
    }
}

impl Document {
    /// Whether `${aws:username}` is a name here, or only text.
    pub(super) fn has_variables(&self) -> bool {
        self.version.as_deref() == Some(WITH_VARIABLES)
    }

    /// Refuses variables that the evaluator would take for text.
    pub(super) fn check_variables(&self) -> Result<(), String> {
        let patterns = self.statement.iter().flat_map(|statement| {
            let resources = strings(&statement.resource).chain(strings(&statement.not_resource));
            resources.map(|text| text.replace(USER_NAME, ""))
        });
        let values = self.statement.iter().flat_map(|statement| {
            let tests = statement.condition.values().flat_map(BTreeMap::values);
            let texts = tests.flat_map(|values| values.iter().map(super::condition::Scalar::text));
            texts.map(|text| text.replace(USER_NAME, ""))
        });
        match patterns.chain(values).find(|text| text.contains("${")) {
            Some(text) => Err(format!("the stand-in cannot fill in {text}")),
            None => Ok(()),
        }
    }

    /// What IAM finds wrong with a policy of a user, in its own words.
    pub(super) fn check_identity(&self) -> Result<(), String> {
        let known = |version: &String| VERSIONS.contains(&version.as_str());
        if !self.version.as_ref().is_none_or(known) {
            return Err("The policy must contain a valid version string.".to_owned());
        }
        let mut sids = BTreeSet::new();
        for statement in self.statement.iter() {
            statement.check_identity()?;
            if let Some(sid) = &statement.sid {
                check_sid(sid, &mut sids)?;
            }
        }
        Ok(())
    }
}

impl Statement {
    fn check_identity(&self) -> Result<(), String> {
        let words = |text: &str| Err(text.to_owned());
        if self.principal.is_some() {
            return words("Policy document should not specify a principal.");
        }
        if self.action.is_some() == self.not_action.is_some() {
            return words("Policy statement must contain actions.");
        }
        if self.resource.is_some() == self.not_resource.is_some() {
            return words("Policy statement must contain resources.");
        }
        let mut actions = strings(&self.action).chain(strings(&self.not_action));
        if actions.any(|action| action != "*" && !action.contains(':')) {
            return words(
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
            );
        }
        for resource in strings(&self.resource).chain(strings(&self.not_resource)) {
            check_resource(resource)?;
        }
        Ok(())
    }
}

fn check_sid<'a>(sid: &'a str, seen: &mut BTreeSet<&'a str>) -> Result<(), String> {
    if !sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies \
                    the regular expression [0-9A-Za-z]*"
                .to_owned(),
        );
    }
    if seen.insert(sid) {
        Ok(())
    } else {
        Err("Statement IDs (SID) in a single policy must be unique.".to_owned())
    }
}

fn check_resource(resource: &str) -> Result<(), String> {
    if resource == "*" {
        return Ok(());
    }
    let parts: Vec<&str> = resource.splitn(6, ':').collect();
    let &["arn", partition, _, _, _, _] = parts.as_slice() else {
        return Err(format!(
            "Resource {resource} must be in ARN format or \"*\"."
        ));
    };
    // The account is in this partition, and IAM takes no other.
    if partition == "aws" {
        Ok(())
    } else {
        Err(format!(
            "Partition \"{partition}\" is not valid for resource \"{resource}\"."
        ))
    }
}

fn strings(list: &Option<OneOrMany<String>>) -> impl Iterator<Item = &str> {
    list.iter().flat_map(|list| list.iter().map(String::as_str))
}
