//! Options that only some actions of a subcommand have.

use crate::error::{Error, Kind, Result};

/// An option, whether it was given, and the actions that have it.
type Allowed<'a, A> = (&'static str, bool, &'a [A]);

/// Refuses an option of another action, which would be without effect.
///
/// # Errors
/// There is one.
pub(super) fn refuse_options_of_others<A: Copy + PartialEq>(
    subcommand: &str,
    (action, name): (A, fn(A) -> &'static str),
    options: &[Allowed<'_, A>],
) -> Result<()> {
    let mut of_others = options
        .iter()
        .filter(|(_, given, actions)| *given && !actions.contains(&action));
    let Some((option, _, actions)) = of_others.next() else {
        return Ok(());
    };
    let names: Vec<&str> = actions.iter().map(|action| name(*action)).collect();
    Err(Error::of(
        Kind::Usage,
        format!("{subcommand} {} has no {option}", name(action)),
        format!("the option is for {subcommand} {}", names.join(", ")),
        format!("leave it out, or see: mfaexec {subcommand} --help"),
    ))
}
