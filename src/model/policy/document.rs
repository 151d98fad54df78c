//! A policy document as IAM takes it (IAM User Guide, "IAM JSON policy elements reference").

use std::collections::BTreeMap;

use serde::Serialize;

/// The version in which policies have variables such as `${aws:username}`.
const VERSION: &str = "2012-10-17";

const MFA_PRESENT: &str = "aws:MultiFactorAuthPresent";
/// Seconds since the code was verified. A request without MFA has no such key.
const MFA_AGE: &str = "aws:MultiFactorAuthAge";

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Document {
    version: &'static str,
    statement: Vec<Statement>,
}

impl Document {
    pub(crate) fn new(statement: Vec<Statement>) -> Self {
        let version = VERSION;
        Self { version, statement }
    }

    /// Indented, with a line break at the end.
    pub(crate) fn to_json(&self) -> String {
        // Strings in structures: there is nothing that could not be written.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Statement {
    sid: &'static str,
    effect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<Principal>,
    #[serde(flatten)]
    actions: Actions,
    /// None in a trust policy, whose resource is the role that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Condition::is_empty")]
    condition: Condition,
}

#[derive(Debug, Serialize)]
enum Actions {
    Action(OneOrMany),
    NotAction(OneOrMany),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct Principal {
    aws: OneOrMany,
}

/// A list of one is written as its element, as people write it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// Operators, each with a key and what the key is compared with.
pub(crate) type Condition = BTreeMap<&'static str, BTreeMap<&'static str, String>>;

impl Statement {
    pub(crate) fn allow<S: Into<String>>(
        sid: &'static str,
        actions: impl IntoIterator<Item = S>,
    ) -> Self {
        Self::new(sid, "Allow", Actions::Action(list(actions)))
    }

    pub(crate) fn deny_all_except(sid: &'static str, actions: &[&str]) -> Self {
        let actions = actions.iter().copied();
        Self::new(sid, "Deny", Actions::NotAction(list(actions))).on(["*"])
    }

    fn new(sid: &'static str, effect: &'static str, actions: Actions) -> Self {
        Self {
            sid,
            effect,
            principal: None,
            actions,
            resource: None,
            condition: Condition::new(),
        }
    }

    pub(crate) fn on<S: Into<String>>(self, resources: impl IntoIterator<Item = S>) -> Self {
        Self {
            resource: Some(list(resources)),
            ..self
        }
    }

    pub(crate) fn for_principals(self, arns: Vec<String>) -> Self {
        Self {
            principal: Some(Principal { aws: list(arns) }),
            ..self
        }
    }

    pub(crate) fn when(self, condition: Condition) -> Self {
        Self { condition, ..self }
    }
}

/// The request has MFA, verified less than `max_age` seconds ago. The age alone would be enough; the
/// other condition says what is meant.
pub(crate) fn with_mfa(max_age: Option<u64>) -> Condition {
    let mut condition = one("Bool", MFA_PRESENT, "true".to_owned());
    if let Some(max_age) = max_age {
        condition.append(&mut one("NumericLessThan", MFA_AGE, max_age.to_string()));
    }
    condition
}

/// The request has no MFA. A long-term key has no such key at all, hence `IfExists` (IAM User Guide,
/// "AWS: aws:MultiFactorAuthPresent").
pub(crate) fn without_mfa() -> Condition {
    one("BoolIfExists", MFA_PRESENT, "false".to_owned())
}

/// The request has MFA that is too old.
pub(crate) fn with_old_mfa(max_age: u64) -> Condition {
    one("NumericGreaterThanEquals", MFA_AGE, max_age.to_string())
}

fn one(operator: &'static str, key: &'static str, value: String) -> Condition {
    Condition::from([(operator, BTreeMap::from([(key, value)]))])
}

fn list<S: Into<String>>(items: impl IntoIterator<Item = S>) -> OneOrMany {
    let mut items: Vec<String> = items.into_iter().map(Into::into).collect();
    match items.len() {
        1 => OneOrMany::One(items.remove(0)),
        _ => OneOrMany::Many(items),
    }
}
