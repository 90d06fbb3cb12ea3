//! Where programs that keep models put them: what the environment says, and their defaults.

use std::path::PathBuf;

/// The settings that move a store of models. A struct of its own, so that tests do not share the
/// process's environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// `HOME`.
    pub home: Option<PathBuf>,
    /// `OLLAMA_MODELS`: Ollama's store.
    pub ollama_models: Option<PathBuf>,
    /// Where Ollama's Linux service keeps its store.
    pub ollama_service: Option<PathBuf>,
    /// `HF_HUB_CACHE`, else the older `HUGGINGFACE_HUB_CACHE`.
    pub hf_hub_cache: Option<PathBuf>,
    /// `HF_HOME`.
    pub hf_home: Option<PathBuf>,
    /// `LLAMA_CACHE`: llama.cpp's downloads.
    pub llama_cache: Option<PathBuf>,
    /// `XDG_CACHE_HOME`.
    pub xdg_cache_home: Option<PathBuf>,
}

impl Environment {
    /// The environment of this process. An empty variable counts as unset.
    #[must_use]
    pub fn of_process() -> Self {
        let home = variable("HOME");
        let path = |name| {
            let path = variable(name)?;
            match (path.strip_prefix("~"), &home) {
                (Ok(rest), Some(home)) => Some(home.join(rest)),
                _ => Some(path),
            }
        };
        Self {
            ollama_models: path("OLLAMA_MODELS"),
            ollama_service: Some("/usr/share/ollama/.ollama/models".into()),
            hf_hub_cache: path("HF_HUB_CACHE").or_else(|| path("HUGGINGFACE_HUB_CACHE")),
            hf_home: path("HF_HOME"),
            llama_cache: path("LLAMA_CACHE"),
            xdg_cache_home: path("XDG_CACHE_HOME"),
            home,
        }
    }

    /// Where Ollama's store may be, the first that counts first.
    #[must_use]
    pub fn ollama_roots(&self) -> Vec<PathBuf> {
        if let Some(root) = &self.ollama_models {
            return vec![root.clone()];
        }
        let own = self.below_home(".ollama/models");
        own.into_iter().chain(self.ollama_service.clone()).collect()
    }

    /// Caches laid out as the Hugging Face Hub's; llama.cpp uses that layout too since March 2026.
    #[must_use]
    pub fn hf_roots(&self) -> Vec<PathBuf> {
        let hub = self
            .hf_hub_cache
            .clone()
            .or_else(|| Some(self.hf_home.as_ref()?.join("hub")))
            .or_else(|| Some(self.cache()?.join("huggingface/hub")));
        let own = self
            .llama_cache
            .clone()
            .filter(|own| hub.as_ref() != Some(own));
        hub.into_iter().chain(own).collect()
    }

    /// LM Studio's folders, today's and the one before it.
    #[must_use]
    pub fn lm_studio_roots(&self) -> Vec<PathBuf> {
        let folders = [".lmstudio/models", ".cache/lm-studio/models"];
        folders
            .iter()
            .filter_map(|below| self.below_home(below))
            .collect()
    }

    /// The flat folder that llama.cpp downloaded into before March 2026.
    #[must_use]
    pub fn llama_cpp_root(&self) -> Option<PathBuf> {
        if let Some(root) = &self.llama_cache {
            return Some(root.clone());
        }
        if cfg!(target_os = "macos") {
            return self.below_home("Library/Caches/llama.cpp");
        }
        Some(self.cache()?.join("llama.cpp"))
    }

    fn cache(&self) -> Option<PathBuf> {
        self.xdg_cache_home
            .clone()
            .or_else(|| self.below_home(".cache"))
    }

    fn below_home(&self, below: &str) -> Option<PathBuf> {
        Some(self.home.as_ref()?.join(below))
    }
}

fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_home() -> Environment {
        Environment {
            home: Some("/home/me".into()),
            ollama_service: Some("/usr/share/ollama/.ollama/models".into()),
            ..Environment::default()
        }
    }

    fn paths<const N: usize>(paths: [&str; N]) -> Vec<PathBuf> {
        paths.map(PathBuf::from).to_vec()
    }

    #[test]
    fn defaults_are_below_home() {
        let home = at_home();
        assert_eq!(
            home.ollama_roots(),
            paths([
                "/home/me/.ollama/models",
                "/usr/share/ollama/.ollama/models"
            ])
        );
        assert_eq!(home.hf_roots(), paths(["/home/me/.cache/huggingface/hub"]));
    }

    #[test]
    fn variables_move_the_stores() {
        let moved = Environment {
            ollama_models: Some("/o".into()),
            hf_home: Some("/hf".into()),
            llama_cache: Some("/l".into()),
            xdg_cache_home: Some("/x".into()),
            ..at_home()
        };
        assert_eq!(moved.ollama_roots(), paths(["/o"]));
        assert_eq!(moved.hf_roots(), paths(["/hf/hub", "/l"]));
        assert_eq!(moved.llama_cpp_root(), Some("/l".into()));
        let cached = Environment {
            hf_hub_cache: Some("/hub".into()),
            ..moved
        };
        assert_eq!(cached.hf_roots(), paths(["/hub", "/l"]));
        let xdg = Environment {
            xdg_cache_home: Some("/x".into()),
            ..at_home()
        };
        assert_eq!(xdg.hf_roots(), paths(["/x/huggingface/hub"]));
    }
}
