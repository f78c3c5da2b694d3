//! `{{ name }}` in values of the manifest.

use std::collections::BTreeMap;

use super::{ManifestError, invalid};

/// Replaces every `{{ name }}` by the variable's value; `field` is named in errors.
pub fn fill(field: &str, text: &str, variables: &BTreeMap<String, String>) -> Result<String, ManifestError> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        out.push_str(&rest[..start]);
        let after = &rest[start + 2..];
        let end = after.find("}}").ok_or_else(|| invalid(field, "`{{` without `}}`"))?;
        let name = after[..end].trim();
        let value =
            variables.get(name).ok_or_else(|| invalid(field, format!("there is no variable `{name}`")))?;
        out.push_str(value);
        rest = &after[end + 2..];
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn fills_names_and_names_what_is_missing() {
        let variables =
            BTreeMap::from([("a".to_owned(), "1".to_owned()), ("b".to_owned(), "{{ a }}".to_owned())]);
        assert_eq!(fill("f", "x{{a}}-{{  a }}y", &variables).unwrap(), "x1-1y");
        // A value is not a template again.
        assert_eq!(fill("f", "{{ b }}", &variables).unwrap(), "{{ a }}");
        let missing = fill("component.x.variables.k", "{{ c }}", &variables).unwrap_err();
        assert_eq!(missing.to_string(), "component.x.variables.k: there is no variable `c`");
        assert!(fill("f", "{{ a", &variables).is_err());
    }
}
