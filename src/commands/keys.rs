//! `mfaexec keys`: looks after the long-term key of a profile. One file an action.

mod calls;
mod home;
mod list;
mod proof;
mod remove;
mod rewrite;
mod rotate;
mod rotating;
mod store;
mod waiting;

use crate::edge::output::Ui;
use crate::error::Result;
use crate::model::environment::Environment;
use crate::options::{KeysChoice, KeysWish};

pub(crate) fn keys(env: &Environment, choice: &KeysChoice, ui: Ui) -> Result<()> {
    match choice.wish()? {
        KeysWish::Rotate(wish) => rotate::rotate(env, choice, wish, ui),
        KeysWish::Store(wish) => store::store(env, choice, wish, ui),
        KeysWish::List { json } => list::list(env, choice, json, ui),
        KeysWish::Remove { to_file } => remove::remove(env, choice, to_file, ui),
    }
}
