// Everything works without this; it makes the pages quicker to use. Each module binds itself to its data attributes.
import { bindCards } from "./card.js";
import { bindComposers } from "./composer.js";
import { bindCopies } from "./copy.js";
import { bindFlashes } from "./flash.js";
import { bindKeys } from "./keys.js";
import { watchProgress } from "./progress.js";
import { bindReveals } from "./reveal.js";
import { focusSummary } from "./summary.js";
import { showLocalTimes } from "./times.js";
import { bindTranslations } from "./translation.js";
import { watchUnread } from "./unread.js";
import { bindZoneGuess } from "./zone.js";

bindCards(document);
bindComposers(document);
bindCopies(document);
bindFlashes(document);
bindKeys(document);
bindReveals(document);
focusSummary(document);
showLocalTimes(document);
watchProgress(document);
bindTranslations(document);
watchUnread(document);
bindZoneGuess(document);
