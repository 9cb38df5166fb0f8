// Before the first paint: what folds with script is folded already.
document.documentElement.classList.add("js");
