//! Which SVGs are taken: drawings only. Everything that could act, load or escape into the page is refused.

/// Elements that draw. Not among them: `script`, `foreignObject`, `image`, `a`, `iframe`, animations.
const ELEMENTS: &[&str] = &[
    "svg",
    "g",
    "defs",
    "symbol",
    "use",
    "title",
    "desc",
    "metadata",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "textPath",
    "linearGradient",
    "radialGradient",
    "stop",
    "pattern",
    "clipPath",
    "mask",
    "marker",
    "filter",
    "feBlend",
    "feColorMatrix",
    "feComponentTransfer",
    "feComposite",
    "feConvolveMatrix",
    "feDiffuseLighting",
    "feDisplacementMap",
    "feDistantLight",
    "feDropShadow",
    "feFlood",
    "feFuncA",
    "feFuncB",
    "feFuncG",
    "feFuncR",
    "feGaussianBlur",
    "feMerge",
    "feMergeNode",
    "feMorphology",
    "feOffset",
    "fePointLight",
    "feSpecularLighting",
    "feSpotLight",
    "feTile",
    "feTurbulence",
    "style",
];
const SVG: &str = "http://www.w3.org/2000/svg";
/// Most elements of a drawing.
const ELEMENTS_MAX: u32 = 50_000;

/// Checks that an SVG is a drawing and nothing else.
///
/// # Errors
/// What is wrong, for people.
pub fn check(text: &str) -> Result<(), String> {
    // A DTD (entities that explode, or name files) is an error of the parser already.
    let options =
        roxmltree::ParsingOptions { allow_dtd: false, nodes_limit: ELEMENTS_MAX, ..Default::default() };
    let document =
        roxmltree::Document::parse_with_options(text, options).map_err(|error| error.to_string())?;
    if !document.root_element().has_tag_name((SVG, "svg")) {
        return Err("the root element is not svg".to_owned());
    }
    for node in document.root_element().descendants() {
        if node.is_pi() {
            return Err("it holds a processing instruction".to_owned());
        }
        if !node.is_element() {
            continue;
        }
        let name = node.tag_name();
        if name.namespace() != Some(SVG) || !ELEMENTS.contains(&name.name()) {
            return Err(format!("element <{}> is not a drawing", name.name()));
        }
        if name.name() == "style" {
            let style: String = node.descendants().filter_map(|node| node.text()).collect();
            check_style(&style)?;
        }
        for attribute in node.attributes() {
            check_attribute(attribute.name(), attribute.value())?;
        }
    }
    Ok(())
}

fn check_attribute(name: &str, value: &str) -> Result<(), String> {
    let value = value.trim();
    if name.to_ascii_lowercase().starts_with("on") {
        return Err(format!("attribute {name} acts"));
    }
    if name == "href" && !value.starts_with('#') {
        return Err("a link leads out of the drawing".to_owned());
    }
    check_style(value)
}

/// `url(#…)` points into the drawing; everything else that CSS can load is refused.
fn check_style(style: &str) -> Result<(), String> {
    let style = style.to_ascii_lowercase();
    let outside = style
        .match_indices("url(")
        .any(|(at, _)| !style[at + 4..].trim_start_matches([' ', '"', '\'']).starts_with('#'));
    // A backslash could spell any of these another way.
    if outside || ["@import", "expression(", "javascript:", "\\"].iter().any(|word| style.contains(word)) {
        return Err("a style leads out of the drawing".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(inner: &str) -> String {
        format!("<svg xmlns='{SVG}' xmlns:xlink='http://www.w3.org/1999/xlink'>{inner}</svg>")
    }

    #[test]
    fn drawings_are_taken() {
        let drawing = "<defs><linearGradient id='a'><stop stop-color='#fff'/></linearGradient></defs>\
            <rect fill='url(#a)' width='4' height='4'/><use href='#a'/><style>.x{fill:url(#a)}</style>";
        assert_eq!(check(&svg(drawing)), Ok(()));
    }

    #[test]
    fn everything_that_acts_is_refused() {
        for bad in [
            "<script>1</script>",
            "<rect onload='1'/>",
            "<a href='#x'/>",
            "<use href='http://example.test/x.svg#y'/>",
            "<use xlink:href='data:image/svg+xml,x'/>",
            "<image href='#x'/>",
            "<foreignObject/>",
            "<animate attributeName='href'/>",
            "<rect style='fill:url(http://example.test/)'/>",
            "<style>@import 'x';</style>",
            "<style>.x{background:\\75rl(//example.test)}</style>",
            "<?xml-stylesheet href='x'?>",
            "<x:script xmlns:x='http://www.w3.org/1999/xhtml'/>",
        ] {
            assert!(check(&svg(bad)).is_err(), "{bad}");
        }
        assert!(
            check("<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'>&a;</svg>")
                .is_err()
        );
        assert!(check("<svg xmlns='http://www.w3.org/2000/svg'>").is_err());
        assert!(check("<html/>").is_err());
    }
}
