//! Calls to IAM about MFA devices, with the long-term key or with a session.

use aws_sdk_iam::config::Builder;
use aws_sdk_iam::primitives::DateTime;
use aws_sdk_iam::types::AssignmentStatusType;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::edge::aws::clients::iam_signer;
use crate::edge::aws::errors::{failure, lost};
use crate::edge::aws::thread::{Aws, Pending, of_session};
use crate::model::failure::secrets::{Secrets, shortened};
use crate::model::mfa_device::seed::Seed;
use crate::model::mfa_device::{Device, DeviceName, MOST_DEVICES};
use crate::model::session::Session;
use crate::model::session::validate::is_serial;
use crate::model::time::Timestamp;

/// A device that no user has yet.
pub(crate) struct Created {
    pub serial: String,
    pub seed: Seed,
}

/// Two codes that follow one another.
pub(crate) type TwoCodes = [SecretString; 2];

/// Pages of a list that are read: more virtual devices than an account can have (IAM's quotas).
const MOST_PAGES: usize = 100;
/// As many as IAM gives at a time.
const PAGE: i32 = 1000;

impl Aws {
    pub(crate) fn create_device(
        &self,
        whose: Option<&Session>,
        name: &DeviceName,
    ) -> Pending<Created> {
        const OPERATION: &str = "CreateVirtualMFADevice";
        let (signer, secrets) = self.signed_by(whose);
        let DeviceName { path, name } = name.clone();
        self.call(OPERATION, None, secrets, move |clients| {
            let call = clients.iam.create_virtual_mfa_device();
            let call = call.path(path).virtual_mfa_device_name(name);
            async move {
                let answer = call.customize().config_override(signer).send().await;
                let answer = answer.map_err(|e| failure(OPERATION, &e))?;
                let device = answer.virtual_mfa_device;
                let device = device.ok_or_else(|| lost(OPERATION, "the answer has no device"))?;
                let letters = device.base32_string_seed.map(|seed| seed.into_inner());
                let letters = Zeroizing::new(letters.unwrap_or_default());
                let seed = std::str::from_utf8(&letters).ok().and_then(Seed::parse);
                match (seed, is_serial(&device.serial_number)) {
                    (Some(seed), true) => Ok(Created {
                        serial: device.serial_number,
                        seed,
                    }),
                    _ => Err(lost(
                        OPERATION,
                        "the device in the answer cannot be a real one",
                    )),
                }
            }
        })
    }

    pub(crate) fn enable_device(
        &self,
        whose: Option<&Session>,
        user: &str,
        serial: &str,
        codes: &TwoCodes,
    ) -> Pending<()> {
        const OPERATION: &str = "EnableMFADevice";
        let (signer, secrets) = self.signed_by(whose);
        let [first, second] = codes.clone();
        let (user, serial) = (user.to_owned(), serial.to_owned());
        self.call(OPERATION, None, secrets.with(codes), move |clients| {
            let call = clients
                .iam
                .enable_mfa_device()
                .user_name(user)
                .serial_number(serial)
                .authentication_code1(first.expose_secret())
                .authentication_code2(second.expose_secret());
            async move {
                let answer = call.customize().config_override(signer).send().await;
                answer.map(drop).map_err(|e| failure(OPERATION, &e))
            }
        })
    }

    pub(crate) fn resync_device(
        &self,
        whose: Option<&Session>,
        user: &str,
        serial: &str,
        codes: &TwoCodes,
    ) -> Pending<()> {
        const OPERATION: &str = "ResyncMFADevice";
        let (signer, secrets) = self.signed_by(whose);
        let [first, second] = codes.clone();
        let (user, serial) = (user.to_owned(), serial.to_owned());
        self.call(OPERATION, None, secrets.with(codes), move |clients| {
            let call = clients
                .iam
                .resync_mfa_device()
                .user_name(user)
                .serial_number(serial)
                .authentication_code1(first.expose_secret())
                .authentication_code2(second.expose_secret());
            async move {
                let answer = call.customize().config_override(signer).send().await;
                answer.map(drop).map_err(|e| failure(OPERATION, &e))
            }
        })
    }

    /// Takes a device from its user. A virtual one stays in the account.
    pub(crate) fn deactivate_device(
        &self,
        whose: Option<&Session>,
        user: &str,
        serial: &str,
    ) -> Pending<()> {
        const OPERATION: &str = "DeactivateMFADevice";
        let (signer, secrets) = self.signed_by(whose);
        let (user, serial) = (user.to_owned(), serial.to_owned());
        self.call(OPERATION, None, secrets, move |clients| {
            let call = clients.iam.deactivate_mfa_device();
            let call = call.user_name(user).serial_number(serial);
            async move {
                let answer = call.customize().config_override(signer).send().await;
                answer.map(drop).map_err(|e| failure(OPERATION, &e))
            }
        })
    }

    /// Deletes a virtual device that no user has.
    pub(crate) fn delete_device(&self, whose: Option<&Session>, serial: &str) -> Pending<()> {
        const OPERATION: &str = "DeleteVirtualMFADevice";
        let (signer, secrets) = self.signed_by(whose);
        let serial = serial.to_owned();
        self.call(OPERATION, None, secrets, move |clients| {
            let call = clients
                .iam
                .delete_virtual_mfa_device()
                .serial_number(serial);
            async move {
                let answer = call.customize().config_override(signer).send().await;
                answer.map(drop).map_err(|e| failure(OPERATION, &e))
            }
        })
    }

    /// Asks IAM for the devices of a user; of the key's own user if none is named.
    pub(crate) fn devices_of(
        &self,
        user: Option<&str>,
        whose: Option<&Session>,
    ) -> Pending<Vec<Device>> {
        const OPERATION: &str = "ListMFADevices";
        let (signer, secrets) = self.signed_by(whose);
        let user = user.map(str::to_owned);
        self.call(OPERATION, None, secrets, move |clients| {
            let call = clients.iam.list_mfa_devices().set_user_name(user);
            async move {
                let answer = call.customize().config_override(signer).send().await;
                let answer = answer.map_err(|e| failure(OPERATION, &e))?;
                // No one has more (IAM's quotas), none with such a name.
                let devices = answer.mfa_devices.into_iter().take(MOST_DEVICES);
                Ok(devices
                    .map(|device| Device {
                        serial: shortened(&device.serial_number),
                        enabled: moment(&device.enable_date),
                    })
                    .collect())
            }
        })
    }

    /// The virtual devices of the account that no user has.
    pub(crate) fn unassigned_devices(&self, whose: Option<&Session>) -> Pending<Vec<String>> {
        const OPERATION: &str = "ListVirtualMFADevices";
        let (signer, secrets) = self.signed_by(whose);
        self.call(OPERATION, None, secrets, move |clients| {
            let client = clients.iam.clone();
            async move {
                let (mut serials, mut next) = (Vec::new(), None);
                for _ in 0..MOST_PAGES {
                    let call = client
                        .list_virtual_mfa_devices()
                        .assignment_status(AssignmentStatusType::Unassigned)
                        .max_items(PAGE)
                        .set_marker(next);
                    let call = call.customize().config_override(signer.clone());
                    let answer = call.send().await.map_err(|e| failure(OPERATION, &e))?;
                    let page = answer.virtual_mfa_devices.into_iter();
                    serials.extend(page.map(|device| shortened(&device.serial_number)));
                    next = answer.marker.filter(|_| answer.is_truncated);
                    if next.is_none() {
                        break;
                    }
                }
                Ok(serials)
            }
        })
    }

    /// How a call is signed, and what its failure must not show.
    fn signed_by(&self, whose: Option<&Session>) -> (Builder, Secrets) {
        let signer = whose.map(iam_signer).unwrap_or_default();
        (signer, self.secrets.clone().with(of_session(whose)))
    }
}

fn moment(time: &DateTime) -> Timestamp {
    Timestamp(u64::try_from(time.secs()).unwrap_or(0))
}
