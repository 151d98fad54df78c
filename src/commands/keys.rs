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
use crate::options::{KeysChoice, KeysTask};

pub(crate) fn keys(env: &Environment, choice: &KeysChoice, ui: Ui) -> Result<()> {
    match choice.task()? {
        KeysTask::Rotate(rotate) => rotate::rotate(env, choice, rotate, ui),
        KeysTask::Store(store) => store::store(env, choice, store, ui),
        KeysTask::List { json } => list::list(env, choice, json, ui),
        KeysTask::Remove { to_file } => remove::remove(env, choice, to_file, ui),
    }
}
