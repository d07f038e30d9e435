//! The header of an event, whichever format it is in.

/// The header of an event. What the event does not have is empty.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EventHeader<'a> {
    /// The version of the format.
    pub(crate) version: &'a str,
    /// CEF's Device Vendor, LEEF's Vendor.
    pub(crate) vendor: &'a str,
    /// CEF's Device Product, LEEF's Product.
    pub(crate) product: &'a str,
    /// CEF's Device Version, LEEF's Version.
    pub(crate) device_version: &'a str,
    /// CEF's Device Event Class ID, LEEF's EventID.
    pub(crate) signature_id: &'a str,
    /// CEF's Name, or what a LEEF attribute says.
    pub(crate) name: &'a str,
    /// CEF's Severity as written, or what a LEEF attribute says.
    pub(crate) severity: &'a str,
}
