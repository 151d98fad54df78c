//! After the first session: the key is replaced, and everything is looked at.

use crate::failure::{Result, ensure};
use crate::stage::USER;
use crate::teller::Teller;

pub(super) fn the_key_and_the_rest(teller: &mut Teller) -> Result<()> {
    let page = teller.page;
    let id = |teller: &Teller| {
        teller
            .stage
            .aws
            .account()
            .user(USER)
            .access_key_id()
            .to_owned()
    };
    let old = id(teller);
    page.remark("A key that is old is in many backups. This replaces it, and loses no session:")?;
    teller.works(
        "mfaexec keys rotate -p testuser --yes --delete-after 0",
        &["is the key in", "is deleted"],
    )?;
    let account = teller.stage.aws.account();
    ensure(
        account.user(USER).keys.len() == 1 && id(teller) != old,
        || "the user should have one key, and another one".to_owned(),
    )?;
    teller.stage.aws.set_clock(0);
    page.remark("And this tells what is well, and what to do about the rest:")?;
    teller.works(
        "mfaexec doctor -p testuser",
        &["the key alone is refused ec2:DescribeRegions"],
    )?;
    Ok(())
}
