"""What the notebooks share beside the library itself."""

from ganlib.lessons.budget import steps as steps
from ganlib.lessons.budget import train as train
from ganlib.lessons.exercises import check as check
from ganlib.lessons.films import film as film
from ganlib.lessons.films import film_images as film_images
from ganlib.lessons.films import film_strip as film_strip
from ganlib.lessons.films import strip as strip
from ganlib.lessons.pictures import register as _register
from ganlib.lessons.references import ROOT as ROOT
from ganlib.lessons.references import describe as describe
from ganlib.lessons.references import generated_by as generated_by
from ganlib.lessons.references import kept_losses as kept_losses
from ganlib.lessons.references import kept_scores as kept_scores
from ganlib.lessons.references import last_grid as last_grid
from ganlib.lessons.references import recorded as recorded
from ganlib.lessons.references import reference as reference
from ganlib.lessons.references import score as score
from ganlib.lessons.references import variants as variants
from ganlib.lessons.trials import Trial as Trial
from ganlib.lessons.trials import changed as changed
from ganlib.lessons.trials import checkerboard as checkerboard
from ganlib.lessons.trials import frechet as frechet
from ganlib.lessons.trials import sheet as sheet
from ganlib.lessons.trials import small_gan as small_gan
from ganlib.lessons.trials import strips as strips
from ganlib.lessons.trials import trial as trial
from ganlib.lessons.walls import wall as wall

_register()
