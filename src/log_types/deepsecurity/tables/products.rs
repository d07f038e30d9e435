//! Which names in a header are those of the vendor and of the product: `vendors.csv` and `products.csv`.

use super::modules::Product;
use crate::bytes::table::{FactTable, TableError};
use crate::log_types::maker::plain_name;

/// The tables, with all names plain.
#[derive(Debug)]
pub(crate) struct Products {
    vendors: Vec<String>,
    brands: Vec<String>,
    names: Vec<(String, Writer)>,
}

/// What a name says of the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writer {
    Is(Product),
    /// The rest of the name says it, or the keys of the event.
    InWords,
    Brand,
    Other,
}

/// How far a product's name tells the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// It says Agent or Manager.
    Writer(Product),
    /// It is a name of the product that says neither.
    Unsaid,
}

impl Products {
    pub(super) fn read(vendors: FactTable, products: FactTable) -> Result<Self, TableError> {
        const WRITERS: [(&str, Writer); 5] = [
            ("Agent", Writer::Is(Product::Agent)),
            ("Manager", Writer::Is(Product::Manager)),
            ("", Writer::InWords),
            ("brand", Writer::Brand),
            ("other", Writer::Other),
        ];
        let vendors = vendors.read(|row| Ok(plain_name(row.cell("vendor")?)))?;
        let (mut brands, mut names) = (Vec::new(), Vec::new());
        products.read(|row| {
            let name = plain_name(row.cell("product")?);
            match row.one_of("writer", row.cell("writer")?, &WRITERS)? {
                Writer::Brand => brands.push(name),
                writer => names.push((name, writer)),
            }
            Ok(())
        })?;
        Ok(Self { vendors, brands, names })
    }

    /// Whether a header's vendor is the product's.
    pub(crate) fn is_vendor(&self, vendor: &str) -> bool {
        let vendor = plain_name(vendor);
        self.vendors.contains(&vendor)
    }

    /// What a header's product says, if it is one of the names of the tables or of `added`.
    pub(crate) fn named(&self, product: &str, added: &[String]) -> Option<Named> {
        let product = plain_name(product);
        let mut name = product.as_str();
        while let Some(rest) = self.brands.iter().find_map(|brand| behind(name, brand)) {
            name = rest.trim_start_matches([' ', '-', '–', ':']);
        }
        let added: Vec<String> = added.iter().map(|name| plain_name(name)).collect();
        let known = self.names.iter().map(|(name, writer)| (name, *writer));
        let known = known.chain(added.iter().map(|name| (name, Writer::InWords)));
        let found =
            known.filter(|(known, _)| [name, &product].iter().any(|name| behind(name, known).is_some()));
        match found.max_by_key(|(known, _)| known.len())?.1 {
            Writer::Is(product) => Some(Named::Writer(product)),
            Writer::InWords => Some(in_words(name)),
            Writer::Brand | Writer::Other => None,
        }
    }
}

/// What stands behind `start` in `name`, unless a word goes on there.
fn behind<'n>(name: &'n str, start: &str) -> Option<&'n str> {
    name.strip_prefix(start).filter(|rest| !rest.starts_with(char::is_alphabetic))
}

fn in_words(name: &str) -> Named {
    let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if says(&["manager"]) {
        Named::Writer(Product::Manager)
    } else if says(&["agent", "appliance", "relay"]) {
        Named::Writer(Product::Agent)
    } else {
        Named::Unsaid
    }
}
