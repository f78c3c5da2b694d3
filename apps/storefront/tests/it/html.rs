//! Answers read as HTML.

use scraper::{Html, Selector};

use crate::support::Answer;

impl Answer {
    pub fn html(&self) -> Html {
        Html::parse_document(&self.body)
    }

    /// Texts of the elements that `selector` finds, white space made single.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        let text = |element: scraper::ElementRef<'_>| element.text().collect::<String>();
        self.html()
            .select(&selector)
            .map(|element| text(element).split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    }

    /// Values of `attribute` of the elements that `selector` finds.
    pub fn attributes(&self, selector: &str, attribute: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        self.html().select(&selector).filter_map(|e| e.value().attr(attribute).map(str::to_owned)).collect()
    }

    /// The fields of the form that posts to `action`, as a browser without script would send them.
    pub fn form(&self, action: &str) -> Vec<(String, String)> {
        let html = self.html();
        let form = Selector::parse(&format!("form[action=\"{action}\"]")).unwrap();
        let fields = Selector::parse("input[name], select[name]").unwrap();
        let chosen = Selector::parse("option[selected]").unwrap();
        let form = html.select(&form).next().unwrap_or_else(|| panic!("no form posts to {action}"));
        let field = |e: scraper::ElementRef<'_>| {
            let value = e.value();
            let unchecked =
                matches!(value.attr("type"), Some("radio" | "checkbox")) && value.attr("checked").is_none();
            let option = e.select(&chosen).next().and_then(|option| option.value().attr("value"));
            let text = option.or_else(|| value.attr("value")).unwrap_or("");
            (!unchecked).then(|| (value.attr("name").unwrap_or("").to_owned(), text.to_owned()))
        };
        form.select(&fields).filter_map(field).collect()
    }
}

/// Pairs for a post, with `changes` made to them.
pub fn fill<'a>(form: &'a [(String, String)], changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut pairs: Vec<(&str, &str)> =
        form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        pairs.push((name, value));
    }
    pairs
}
