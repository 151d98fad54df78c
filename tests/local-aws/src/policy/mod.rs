//! The policy evaluator: an explicit Deny wins, then an Allow, and silence is a Deny.
//!
//! It knows actions and resources with wildcards, their Not forms, `${aws:username}`, and the
//! conditions that policies about MFA are made of. Whatever else a policy contains is an error
//! when the policy is read.

mod condition;
mod document;

use std::collections::BTreeMap;

use serde::Deserialize;

use document::{Document, Effect, OneOrMany, Principal, Statement, USER_NAME};

/// What a request brings along for conditions; keys in lower case, since AWS ignores their case.
pub(crate) type Context = BTreeMap<&'static str, String>;

/// A policy document, either of an identity or, with principals, the trust policy of a role.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Policy {
    document: Document,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
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
    let statements = policies.flat_map(|policy| {
        let variables = policy.document.has_variables();
        policy
            .document
            .statement
            .iter()
            .map(move |it| (it, variables))
    });
    for (statement, variables) in statements {
        if statement.matches(question, variables) {
            match statement.effect {
                Effect::Deny => return Decision::Denied,
                Effect::Allow => decision = Decision::Allowed,
            }
        }
    }
    decision
}

impl Policy {
    /// Reads the JSON that AWS takes.
    pub fn from_json(text: &str) -> Result<Policy, serde_json::Error> {
        let document: Document = serde_json::from_str(text)?;
        document
            .check_variables()
            .map_err(serde::de::Error::custom)?;
        Ok(Policy { document })
    }

    /// The same for a policy of a user or a role; the error is what IAM says about it.
    pub fn identity(text: &str) -> Result<Policy, String> {
        let _: serde_json::Value =
            serde_json::from_str(text).map_err(|_| "Syntax errors in policy.".to_owned())?;
        // AWS has the same words for names that it does not know; the stand-in knows fewer of them.
        let policy = Policy::from_json(text)
            .map_err(|error| format!("Syntax errors in policy. ({error})"))?;
        policy.document.check_identity()?;
        Ok(policy)
    }

    /// What this policy alone says about an action. The context has condition keys in lower case.
    pub fn decision(
        &self,
        action: &str,
        resource: &str,
        principals: &[&str],
        context: &[(&'static str, &str)],
    ) -> Decision {
        let principals: Vec<String> = principals.iter().map(|&name| name.to_owned()).collect();
        let context = context
            .iter()
            .map(|&(key, value)| (key, value.to_owned()))
            .collect();
        let question = Question {
            action,
            resource,
            principals: &principals,
            context: &context,
        };
        decide(std::iter::once(self), &question)
    }
}

impl TryFrom<String> for Policy {
    type Error = serde_json::Error;

    fn try_from(text: String) -> Result<Policy, serde_json::Error> {
        Policy::from_json(&text)
    }
}

impl Statement {
    fn matches(&self, question: &Question<'_>, variables: bool) -> bool {
        self.principal_matches(question.principals)
            && self.action_matches(question.action)
            && self.resource_matches(question, variables)
            && condition::hold(&self.condition, question.context)
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

    fn resource_matches(&self, question: &Question<'_>, variables: bool) -> bool {
        let user = question.context.get("aws:username");
        let fits = |pattern: &String| match user {
            _ if !variables => wildcard(pattern, question.resource),
            Some(user) => wildcard(&pattern.replace(USER_NAME, user), question.resource),
            // A variable without a value fits nothing (IAM User Guide, policy variables).
            None => !pattern.contains(USER_NAME) && wildcard(pattern, question.resource),
        };
        match (&self.resource, &self.not_resource) {
            (Some(resources), _) => resources.iter().any(fits),
            (None, Some(others)) => !others.iter().any(fits),
            // A trust policy has no resource: it is the role's own.
            (None, None) => self.principal.is_some(),
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
mod tests;
