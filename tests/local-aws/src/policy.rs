//! The policy evaluator: an explicit Deny wins, then an Allow, and silence is a Deny.
//!
//! It knows actions and resources with wildcards, their Not forms, `${aws:username}`, and the
//! conditions that policies about MFA are made of. Whatever else a policy contains is an error
//! when the account is read, because a condition that is skipped would be a permission.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What a request brings along for conditions; keys in lower case, since AWS ignores their case.
pub(crate) type Context = BTreeMap<&'static str, String>;

/// A policy document, either of an identity or, with principals, the trust policy of a role.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Policy {
    statements: Vec<Statement>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Allowed,
    /// No statement allows it.
    Silent,
    /// A statement forbids it.
    Denied,
}

/// One question to the evaluator.
pub(crate) struct Question<'a> {
    pub(crate) action: &'a str,
    pub(crate) resource: &'a str,
    /// Who asks, in all the spellings a trust policy may use; empty for identity policies.
    pub(crate) principals: &'a [String],
    pub(crate) context: &'a Context,
}

/// Answers the question from all policies together.
pub(crate) fn decide<'a>(
    policies: impl Iterator<Item = &'a Policy>,
    question: &Question<'_>,
) -> Decision {
    let mut decision = Decision::Silent;
    for statement in policies.flat_map(|policy| &policy.statements) {
        if statement.matches(question) {
            match statement.effect {
                Effect::Deny => return Decision::Denied,
                Effect::Allow => decision = Decision::Allowed,
            }
        }
    }
    decision
}

#[derive(Clone, Copy, Debug, Deserialize)]
enum Effect {
    Allow,
    Deny,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Document {
    #[serde(rename = "Version")]
    _version: Option<String>,
    statement: OneOrMany<Statement>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Statement {
    #[serde(rename = "Sid")]
    _sid: Option<String>,
    effect: Effect,
    principal: Option<Principal>,
    action: Option<OneOrMany<String>>,
    not_action: Option<OneOrMany<String>>,
    resource: Option<OneOrMany<String>>,
    not_resource: Option<OneOrMany<String>>,
    #[serde(default)]
    condition: BTreeMap<Operator, BTreeMap<String, OneOrMany<Scalar>>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Principal {
    Anyone(String),
    Named(BTreeMap<String, OneOrMany<String>>),
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
enum Operator {
    Bool,
    BoolIfExists,
    Null,
    NumericLessThan,
    NumericLessThanIfExists,
    StringEquals,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Bool(bool),
    Number(i64),
}

impl Policy {
    /// Reads the JSON that AWS takes.
    pub fn from_json(text: &str) -> Result<Policy, serde_json::Error> {
        let document: Document = serde_json::from_str(text)?;
        Ok(Policy {
            statements: document.statement.iter().cloned().collect(),
        })
    }
}

impl TryFrom<String> for Policy {
    type Error = serde_json::Error;

    fn try_from(text: String) -> Result<Policy, serde_json::Error> {
        Policy::from_json(&text)
    }
}

impl Statement {
    fn matches(&self, question: &Question<'_>) -> bool {
        self.principal_matches(question.principals)
            && self.action_matches(question.action)
            && self.resource_matches(question)
            && self.condition.iter().all(|(operator, tests)| {
                tests
                    .iter()
                    .all(|(key, values)| operator.holds(question.context, key, values))
            })
    }

    fn principal_matches(&self, asking: &[String]) -> bool {
        match &self.principal {
            None => asking.is_empty(),
            Some(Principal::Anyone(star)) => star == "*",
            Some(Principal::Named(kinds)) => kinds.get("AWS").is_some_and(|names| {
                names
                    .iter()
                    .any(|name| name == "*" || asking.iter().any(|who| who == name))
            }),
        }
    }

    fn action_matches(&self, action: &str) -> bool {
        // IAM compares actions without regard to case.
        let named = |patterns: &OneOrMany<String>| {
            let action = action.to_ascii_lowercase();
            patterns
                .iter()
                .any(|pattern| wildcard(&pattern.to_ascii_lowercase(), &action))
        };
        match (&self.action, &self.not_action) {
            (Some(actions), _) => named(actions),
            (None, Some(others)) => !named(others),
            (None, None) => false,
        }
    }

    fn resource_matches(&self, question: &Question<'_>) -> bool {
        let user = question
            .context
            .get("aws:username")
            .map_or("", String::as_str);
        let named = |patterns: &OneOrMany<String>| {
            patterns.iter().any(|pattern| {
                wildcard(&pattern.replace("${aws:username}", user), question.resource)
            })
        };
        match (&self.resource, &self.not_resource) {
            (Some(resources), _) => named(resources),
            (None, Some(others)) => !named(others),
            // A trust policy has no resource: it is the role's own.
            (None, None) => self.principal.is_some(),
        }
    }
}

impl Operator {
    fn holds(self, context: &Context, key: &str, values: &OneOrMany<Scalar>) -> bool {
        let present = context.get(key.to_ascii_lowercase().as_str());
        let any = |test: &dyn Fn(&str) -> bool| values.iter().any(|value| test(&value.text()));
        match (self, present) {
            (Operator::Null, present) => {
                any(&|value| value.eq_ignore_ascii_case("true") == present.is_none())
            }
            // Only the IfExists forms are content without the key.
            (Operator::BoolIfExists | Operator::NumericLessThanIfExists, None) => true,
            (_, None) => false,
            (Operator::Bool | Operator::BoolIfExists, Some(actual)) => {
                any(&|value| value.eq_ignore_ascii_case(actual))
            }
            (Operator::NumericLessThan | Operator::NumericLessThanIfExists, Some(actual)) => {
                any(&|limit| {
                    matches!((actual.parse::<i64>(), limit.parse::<i64>()),
                                      (Ok(actual), Ok(limit)) if actual < limit)
                })
            }
            (Operator::StringEquals, Some(actual)) => any(&|value| value == actual),
        }
    }
}

impl<T> OneOrMany<T> {
    fn iter(&self) -> std::slice::Iter<'_, T> {
        match self {
            OneOrMany::Many(all) => all.iter(),
            OneOrMany::One(one) => std::slice::from_ref(one).iter(),
        }
    }
}

impl Scalar {
    fn text(&self) -> String {
        match self {
            Scalar::Text(text) => text.clone(),
            Scalar::Bool(value) => value.to_string(),
            Scalar::Number(value) => value.to_string(),
        }
    }
}

/// `*` represents any run of characters, `?` one.
fn wildcard(pattern: &str, text: &str) -> bool {
    match pattern.chars().next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = &pattern[1..];
            text.char_indices()
                .map(|(at, _)| at)
                .chain([text.len()])
                .any(|at| wildcard(rest, &text[at..]))
        }
        Some(wanted) => match text.chars().next() {
            Some(found) if wanted == '?' || wanted == found => {
                wildcard(&pattern[wanted.len_utf8()..], &text[found.len_utf8()..])
            }
            _ => false,
        },
    }
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
