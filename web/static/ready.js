// Tells the components that scripts run; the style sheet shows and hides by it.
document.body.className += " js-enabled" + ("noModule" in HTMLScriptElement.prototype ? " nhsuk-frontend-supported" : "");
